import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { optional, overlaps } from '../functional/internal';
import { checkBoolean, checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { copyInto } from './copy-into';
import { Module } from './module';

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
export class Sequential extends Module {
  static override readonly name: string = 'Sequential';

  /** A layer by its place, from 0 on; see {@link at}. */
  [index: number]: Layer;

  // Where one of these is deleted there is a gap, which is refused rather than passed over.
  #appended = 0;

  /** @throws ArgumentError where one of them is no Module. */
  constructor(...modules: Layer[]) {
    super();
    for (const module of modules) this.append(module);
  }

  /** The number of layers; as an array's it grows where a layer is set behind the last one. */
  get length(): number {
    const last = Object.keys(this)
      .filter((name) => isIndex.test(name))
      .at(-1);
    return last === undefined ? this.#appended : Math.max(this.#appended, Number(last) + 1);
  }

  /** Adds a layer at the end, and returns this module. */
  append(module: Layer): this {
    const { name } = this.constructor;
    if (!(module instanceof Module)) {
      throw new ArgumentError(`${name}: expected a Module as layer, got ${nameOf(module)}`);
    }
    if (module.modules().includes(this)) {
      throw new ArgumentError(`${name}: it can't be a layer of itself`);
    }
    const { length } = this;
    this[length] = module;
    this.#appended = length + 1;
    return this;
  }

  /**
   * The layer of an index; -1 is the last one.
   *
   * @throws ArgumentError where there is none.
   */
  at(index: number): Layer {
    const layer = Number.isInteger(index)
      ? this[index < 0 ? index + this.length : index]
      : undefined;
    if (layer !== undefined) return layer;
    throw new ArgumentError(
      `${this.constructor.name}: index ${nameOf(index)} is out of range: it has ${this.length} layers`,
    );
  }

  /** The layers in their order. */
  *[Symbol.iterator](): IterableIterator<Layer> {
    for (let i = 0; i < this.length; i++) yield this[i] as Layer;
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
    checkOptions(name, options, ['out', 'grad']);
    const { out, grad = this.training } = options;
    const x = asTensor(input, 'input', name);
    const output = optional(out, 'out', name);
    checkBoolean(name, 'grad', grad);
    this.#requireEach('forward');
    const last = this.length - 1;
    // The first layer keeps its input, which the last one would write over.
    const copied = grad && last > 0 && output !== null && overlaps(x.data, output.data);
    let y = copied ? x.clone() : x;
    for (let i = 0; i <= last; i++) {
      const given = output !== null && i === last ? { grad, out: output } : { grad };
      try {
        y = asTensor(this.at(i).forward(y, given), 'what forward returned');
      } catch (error) {
        throw this.#located(i, error);
      }
    }
    return output === null || y === output ? y : copyInto(name, y, output);
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
        throw this.#located(i, error);
      }
    }
    return output === null || dx === output ? dx : copyInto(name, dx, output);
  }

  #requireEach(pass: 'forward' | 'backward'): void {
    const { length } = this;
    for (let i = 0; i < length; i++) {
      const layer: unknown = this[i];
      if (layer instanceof Module && typeof (layer as Layer)[pass] === 'function') continue;
      const what = layer instanceof Module ? layer.constructor.name : nameOf(layer);
      throw new ArgumentError(
        `${this.constructor.name}: ${i} (${what}) has no ${pass}: give it one`,
      );
    }
  }

  /** The same error, saying which layer it comes from. */
  #located(index: number, error: unknown): unknown {
    // Others are not ours to make again.
    const Class = [ShapeError, DTypeError, ArgumentError].find(
      (known) => error instanceof known && error.constructor === known,
    );
    if (Class === undefined) return error;
    const { message } = error as Error;
    const { name } = this.at(index).constructor;
    const said = message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
    return new Class(`${this.constructor.name}: ${index} (${name}): ${said}`, { cause: error });
  }
}

// The fields whose names JavaScript sorts as numbers, before all others.
const isIndex = /^(0|[1-9]\d{0,8})$/;
