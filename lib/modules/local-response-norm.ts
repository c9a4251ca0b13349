import {
  backwardResponses,
  checkResponseOutput,
  collapseResponses,
  forwardResponses,
  Kept,
  type ResponseForwardCall,
  type ResponseOptions,
  type ResponseSettings,
  readResponseSettings,
  responseOptions,
} from '../functional/internal';
import { checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { callModule, leaveToNet } from './async/call-module';
import { ownForwards } from './async/own-forwards';
import { responsesAsync, responsesInNet } from './async/responses';
import { currentTransaction } from './async/transaction';
import { Module } from './module';
import { nothingKept } from './nothing-kept';
import {
  type AsyncNormForwardOptions,
  type ForwardArguments,
  type NormBackwardOptions,
  type NormForwardOptions,
  readBackward,
  readForward,
  readForwardAsync,
} from './pass-options';
import { reprFloat } from './repr';

export interface LocalResponseNormOptions extends ResponseOptions {}

/**
 * Local response normalization of (N, C, L, ...), across adjacent channels:
 *
 *     y = x / D^beta    with D = k + alpha / size * sum(x^2)
 *
 * The sum is that of the same position in `size` channels, the window: for channel c from
 * c - floor(size / 2) on. It is divided by `size` at the first and last channels, too, whose window
 * has fewer. Gradients, with g = gradOutput / D^beta:
 *
 *     gradInput = g - 2 * alpha * beta / size * x * sum(g * x / D)
 *
 * where the sum is that of the channels whose window the element is in. The layer has no parameters
 * and takes any dtype; it works alike in training and evaluation.
 *
 * Krizhevsky, Sutskever & Hinton 2012, "ImageNet Classification with Deep Convolutional Neural
 * Networks", section 3.3; PyTorch's `nn.LocalResponseNorm`.
 *
 * @example
 * ```ts
 * const norm = new LocalResponseNorm(5, { k: 2 });
 * const y = norm.forward(randn([8, 96, 27, 27]));
 * ```
 */
export class LocalResponseNorm extends Module {
  static override readonly name: string = 'LocalResponseNorm';

  // Getters alone show them, since backward must use what forward did.
  readonly #settings: ResponseSettings;
  readonly #kept = new Kept(0);

  static {
    ownForwards(LocalResponseNorm);
  }

  /**
   * @param size How many channels a window has; a positive integer.
   * @throws ArgumentError where `size` or an option makes no sense.
   */
  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super();
    const { name } = new.target;
    checkOptions(name, options, responseOptions, 'size');
    this.#settings = readResponseSettings(name, size, options);
  }

  /** Channels of a window. */
  get size(): number {
    return this.#settings.size;
  }

  /** The factor of the mean square; 1e-4 unless told. */
  get alpha(): number {
    return this.#settings.alpha;
  }

  /** The exponent; 0.75 unless told. */
  get beta(): number {
    return this.#settings.beta;
  }

  /** What is added to the mean square; 1 unless told. */
  get k(): number {
    return this.#settings.k;
  }

  /**
   * Normalizes the input by the formula of the layer, in training and evaluation alike.
   *
   * What it keeps for `backward` is the input itself, not a copy: leave that unchanged until then.
   * Where `out` is the input, a copy of it, in memory of the layer's own: `grad: false` saves the
   * time and the memory.
   *
   * @param input (N, C, L, ...), float32 or float64, or what stands for one.
   * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
   * @throws ShapeError where the input has less than three dimensions, or `out` does not fit it.
   * @throws DTypeError where `out` has another dtype.
   * @throws ArgumentError where memory is detached, or `out` overlaps a part of the input. A refused
   * call changes nothing.
   */
  forward<Input extends TensorLike>(
    input: Input,
    options?: NormForwardOptions,
  ): Tensor<DTypeOf<Input>>;
  forward(input: TensorLike, options: NormForwardOptions = {}): Tensor {
    const net = currentTransaction();
    const training = net === null ? this.training : net.modeOf(this);
    const call = this.#begin(readForward(this.constructor.name, input, options, training));
    if (net !== null) return leaveToNet(this, net, responsesInNet(this.#kept, call));
    const y = forwardResponses(call);
    if (call.kept === null) this.#kept.clear();
    return y;
  }

  /** {@link forward} off the event loop, as {@link BatchNorm.forwardAsync}. */
  forwardAsync<Input extends TensorLike>(
    input: Input,
    options?: AsyncNormForwardOptions,
  ): Promise<Tensor<DTypeOf<Input>>>;
  async forwardAsync(input: TensorLike, options: AsyncNormForwardOptions = {}): Promise<Tensor> {
    const read = readForwardAsync(this, this.constructor.name, input, options);
    const call = this.#begin(read);
    checkResponseOutput(call);
    return callModule(this, read.training, read.context, read.signal, () =>
      responsesAsync(this.#kept, call, read),
    );
  }

  /** Checks all but `out`. */
  #begin({ x, out, grad }: ForwardArguments): ResponseForwardCall {
    const { name } = this.constructor;
    const collapsed = collapseResponses(name, x);
    const kept = grad ? this.#kept : null;
    return { name, input: x, collapsed, settings: this.#settings, out, kept };
  }

  /**
   * The gradient of the last `forward`'s input. Call it once for each `forward`, with the input
   * unchanged since; it lets go of the input that `forward` kept.
   *
   * @param gradOutput Of the output's shape and dtype; of another memory format it is copied.
   * @returns `out`, or a new tensor like the output.
   * @throws ArgumentError where no forward has kept its input, or memory is detached or overlaps.
   * @throws ShapeError or DTypeError where `gradOutput` or `out` do not fit the input. A refused
   * call changes nothing, and can be made again.
   */
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options?: NormBackwardOptions,
  ): Tensor<DTypeOf<Gradient>>;
  backward(gradOutput: TensorLike, options: NormBackwardOptions = {}): Tensor {
    const { name } = this.constructor;
    const { dy, out } = readBackward(name, gradOutput, options);
    const { input } = this.#kept;
    if (input === null) throw nothingKept(name);
    const collapsed = collapseResponses(name, input);
    const settings = this.#settings;
    const gradInput = backwardResponses({ name, gradOutput: dy, input, collapsed, settings, out });
    this.#kept.input = null;
    return gradInput;
  }

  protected override extraRepr(): string {
    const { size, alpha, beta, k } = this.#settings;
    return `${size}, alpha=${reprFloat(alpha)}, beta=${reprFloat(beta)}, k=${reprFloat(k)}`;
  }
}
