import { copyIn } from '../async/borrow';
import { type AsyncOptions, refuseAborted } from '../async/signal';
import { inTurn } from '../async/turns';
import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { optional, overlaps } from '../functional/internal';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { authorOf, ownForwards } from './async/own-forwards';
import { type PassContext, withContext } from './async/pass-context';
import { currentTransaction, inUsersCode, Transaction } from './async/transaction';
import { checkCopy, copyInto, copyIntoInSlices } from './copy-into';
import { IndexedModules } from './indexed-modules';
import { isMissing } from './missing-forward';
import { Module } from './module';
import {
  type AsyncForwardArguments,
  type AsyncNormForwardOptions,
  readForward,
  readForwardAsync,
} from './pass-options';

export interface SequentialForwardOptions {
  /**
   * Where to write the output: of the output's shape and dtype. It may be the input, of which a copy
   * is then made where a layer is to keep it for `backward`.
   */
  out?: TensorLike | null | undefined;
  /** Whether the layers keep what `backward` needs; `training` unless told. */
  grad?: boolean | undefined;
}

export interface SequentialBackwardOptions {
  /** Where to write the gradient: as the first layer's `backward` takes it. */
  out?: TensorLike | null | undefined;
}

/** A module that maps a tensor to a tensor, and may have the gradient of that. */
export interface Layer extends Module {
  forward(input: Tensor, options?: SequentialForwardOptions): Tensor;
  forwardAsync?(input: Tensor, options?: SequentialForwardOptions & AsyncOptions): Promise<Tensor>;
  backward?(gradOutput: Tensor, options?: SequentialBackwardOptions): Tensor;
}

/**
 * Layers one after the other, each given the output of the one before. PyTorch's `nn.Sequential`:
 * the layers' names are '0', '1', ..., and `net[0]` is the first. An `Identity` fills the place of a
 * layer of PyTorch's that is not needed here.
 *
 * Errors of a layer name it, `Sequential: 1 (BatchNorm2d): ...`; the layers before it have done
 * their part by then. A layer that is there twice goes forward twice, but keeps only the last pass
 * for `backward`, which therefore throws at its first place.
 *
 * @example
 * ```ts
 * const net = new Sequential(
 *   new BatchNorm2d(3),
 *   new Sequential(new BatchNorm2d(3, { activation: 'relu' })),
 * );
 * const y = net.forward(randn([8, 3, 4, 4]));
 * const dx = net.backward(randn([8, 3, 4, 4]));
 * Object.keys(net.stateDict()); // ['0.weight', '0.bias', ..., '1.0.weight', ...]
 * ```
 */
export class Sequential extends IndexedModules<Layer> {
  static override readonly name: string = 'Sequential';

  static {
    ownForwards(Sequential);
  }

  /** @throws ArgumentError where one of them is no Module. */
  constructor(...modules: Layer[]) {
    super();
    this.extend(modules);
  }

  /** The layers from `start` up to `end`, as an array's `slice` counts, in a net of their own. */
  slice(start?: number, end?: number): Sequential {
    return new Sequential(...[...this].slice(start, end));
  }

  /**
   * The output of the last layer; the input itself where there is no layer.
   *
   * @param input What the first layer takes.
   * @returns `out`, or what the last layer returned.
   * @throws ArgumentError where a layer has no `forward`, before any has run; otherwise what a layer
   * throws, or ShapeError or DTypeError where the output does not fit into `out`.
   */
  forward(input: TensorLike, options: SequentialForwardOptions = {}): Tensor {
    const { name } = this.constructor;
    const training = currentTransaction()?.modeOf(this) ?? this.training;
    const { x, out, grad } = readForward(name, input, options, training);
    this.#requireEach('forward');
    const last = this.length - 1;
    let y = replacesKept(x, out, grad, last) ? x.clone() : x;
    for (let i = 0; i <= last; i++) {
      const given = out !== null && i === last ? { grad, out } : { grad };
      try {
        y = asTensor(this.at(i).forward(y, given), 'what forward returned');
      } catch (error) {
        throw this.#located(i, this.at(i), error);
      }
    }
    return out === null || y === out ? y : copyInto(name, y, out);
  }

  /**
   * {@link forward} off the event loop, as {@link BatchNorm.forwardAsync}; the layers and their modes
   * are those of the call. What the layers change they change together, once the last of them is
   * done: of a call that is rejected nothing stays, whichever layer was to blame.
   *
   * A layer without a `forwardAsync` of its own goes forward on the event loop. One that a user wrote
   * is given `signal` too; the layers of this library inside it leave their changes to the net as
   * well, whatever else it changes it changes at once.
   *
   * Where one of its modules is in training mode, other asynchronous calls of each of them wait until
   * the whole is done.
   */
  async forwardAsync(input: TensorLike, options: AsyncNormForwardOptions = {}): Promise<Tensor> {
    const read = readForwardAsync(this, this.constructor.name, input, options);
    this.#requireEach('forward');
    const layers = [...this];
    const { context, signal } = read;
    if (context !== null) return this.#through(layers, read, context);
    const modules = this.modules();
    const alone = modules.some((module) => module.training);
    const transaction = new Transaction(modules);
    try {
      return await inTurn(new Set(modules), alone, signal, async () => {
        const own = { transaction, ownsInput: false, ownsOutput: false };
        const y = await this.#through(layers, read, own);
        refuseAborted(signal);
        transaction.commit();
        return y;
      });
    } finally {
      transaction.close();
    }
  }

  /** Through all layers, which leave their changes to the transaction. */
  async #through(
    layers: readonly Layer[],
    { x, out, grad, signal }: AsyncForwardArguments,
    context: PassContext,
  ): Promise<Tensor> {
    const { name } = this.constructor;
    const last = layers.length - 1;
    const copied = replacesKept(x, out, grad, last);
    let y = copied ? await cloneInSlices(name, x, signal) : x;
    let ownsInput = copied || context.ownsInput;
    for (const [i, layer] of layers.entries()) {
      const inside = { transaction: context.transaction, ownsInput, ownsOutput: false };
      const given = { grad, ...(i === last && out !== null ? { out } : {}), signal };
      try {
        y = asTensor(await forwardInside(layer, y, given, inside), 'what forward returned');
      } catch (error) {
        refuseAborted(signal);
        throw this.#located(i, layer, error);
      }
      refuseAborted(signal);
      ownsInput = inside.ownsOutput;
    }
    context.ownsOutput = ownsInput;
    return out === null || y === out ? y : this.#copied(y, out, signal);
  }

  async #copied(y: Tensor, out: Tensor, signal: AbortSignal | null): Promise<Tensor> {
    const { name } = this.constructor;
    checkCopy(name, y, out);
    return copyIntoInSlices(name, y, out, signal);
  }

  /**
   * The gradient of the last `forward`'s input, through the layers in reverse; each adds to the
   * `grad` of its parameters. `gradOutput` itself where there is no layer.
   *
   * @param gradOutput What the last layer's `backward` takes.
   * @returns `out`, or what the first layer's `backward` returned.
   * @throws ArgumentError where a layer has no `backward`, before any has run; otherwise what a
   * layer throws, or ShapeError or DTypeError where the gradient does not fit into `out`.
   */
  backward(gradOutput: TensorLike, options: SequentialBackwardOptions = {}): Tensor {
    const { name } = this.constructor;
    checkOptions(name, options, ['out']);
    const gradient = asTensor(gradOutput, 'gradOutput', name);
    const output = optional(options.out, 'out', name);
    this.#requireEach('backward');
    let dx = gradient;
    for (let i = this.length - 1; i >= 0; i--) {
      const given = output !== null && i === 0 ? { out: output } : {};
      try {
        dx = asTensor(
          (this.at(i) as Required<Layer>).backward(dx, given),
          'what backward returned',
        );
      } catch (error) {
        throw this.#located(i, this.at(i), error);
      }
    }
    return output === null || dx === output ? dx : copyInto(name, dx, output);
  }

  #requireEach(pass: 'forward' | 'backward'): void {
    const { length } = this;
    for (let i = 0; i < length; i++) {
      const layer: unknown = this[i];
      const method: unknown = layer instanceof Module ? (layer as Layer)[pass] : undefined;
      if (typeof method === 'function' && !isMissing(method)) continue;
      const what = layer instanceof Module ? layer.constructor.name : nameOf(layer);
      throw new ArgumentError(
        `${this.constructor.name}: ${i} (${what}) has no ${pass}: give it one`,
      );
    }
  }

  /** The same error, saying which layer it comes from. */
  #located(index: number, layer: Layer, error: unknown): unknown {
    // Others are not ours to make again.
    const Class = [ShapeError, DTypeError, ArgumentError].find(
      (known) => error instanceof known && error.constructor === known,
    );
    if (Class === undefined) return error;
    const { message } = error as Error;
    const { name } = layer.constructor;
    const said = message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
    return new Class(`${this.constructor.name}: ${index} (${name}): ${said}`, { cause: error });
  }
}

/** Whether the last layer would write over what the first one keeps of its input. */
function replacesKept(x: Tensor, out: Tensor | null, grad: boolean, last: number): boolean {
  return grad && last > 0 && out !== null && overlaps(x.data, out.data);
}

async function cloneInSlices(
  caller: string,
  x: Tensor,
  signal: AbortSignal | null,
): Promise<Tensor> {
  const { shape, memoryFormat } = x;
  const copy = await copyIn(caller, 'input', x, memoryFormat, signal);
  return new Tensor(copy, shape, memoryFormat);
}

/** One layer's pass, off the event loop where it has such a one. */
function forwardInside(
  layer: Layer,
  x: Tensor,
  { grad, out, signal }: GivenToLayer,
  context: PassContext,
): Tensor | Promise<Tensor> {
  const given = out === undefined ? { grad } : { grad, out };
  const author = authorOf(layer);
  if (author === 'none') return inUsersCode(context.transaction, () => layer.forward(x, given));
  const forwardAsync = (options: SequentialForwardOptions & AsyncOptions) =>
    (layer as Required<Layer>).forwardAsync(x, options);
  const options = signal === null ? given : { ...given, signal };
  if (author === 'library') return forwardAsync(withContext(options, context));
  return inUsersCode(context.transaction, () => forwardAsync(options));
}

interface GivenToLayer {
  readonly grad: boolean;
  readonly out?: Tensor;
  readonly signal: AbortSignal | null;
}
