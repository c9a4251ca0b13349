import {
  type Arrange,
  type Arranged,
  backwardSamples,
  type Caller,
  checkSampleOutput,
  countSets,
  forwardSamples,
  type Keeper,
  Kept,
  type SampleForwardCall,
} from '../functional/internal';
import { ones, zeros } from '../tensor/creation';
import type { DType, DTypeOf } from '../tensor/dtype';
import { Parameter } from '../tensor/parameter';
import { sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { accumulateGrad, checkGrad, roomFor } from './accumulate-grad';
import { callModule, leaveToNet } from './async/call-module';
import { ownForwards } from './async/own-forwards';
import { samplesAsync, samplesInNet } from './async/samples';
import { currentTransaction } from './async/transaction';
import type { Gradients, KeptPasses } from './kept-passes';
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

/** What a layer tells {@link SampleNorm} of itself. */
export interface SampleNormParts<Eps> {
  caller: Caller;
  /** Of weight and bias. */
  shape: readonly number[];
  hasWeight: boolean;
  hasBias: boolean;
  /** The options that give it weight and bias, by their keys. */
  optionsFor: Readonly<Record<string, string>>;
  dtype: DType;
  eps: Eps;
  checkEps(caller: string, eps: unknown): Eps;
  arrange: Arrange;
}

/** For this library alone: a user of the class has no way to it. */
export let sampleNormKept: (layer: SampleNorm<number | null>) => KeptPasses;

/**
 * What LayerNorm, RMSNorm and GroupNorm share: they normalize each sample by itself, the same in
 * training and evaluation, and keep no statistics.
 */
export abstract class SampleNorm<Eps extends number | null> extends Module {
  /** The type of the parameters. */
  readonly dtype: DType;

  // Getters alone show these, since what forward checks must be what backward uses.
  readonly #weight: Parameter | null;
  readonly #bias: Parameter | null;
  readonly #parts: SampleNormParts<Eps>;
  #eps: Eps;
  // Made once and used again, since small arrays cost more than small batches.
  readonly #kept = new Kept(0);
  #gradWeight: Float64Array | null = null;
  #gradBias: Float64Array | null = null;

  static {
    sampleNormKept = (layer) => ({
      channelsOf: (input) => sizeOf(layer.#arrange(input, layer.#weight).parameterShape),
      forward({ input, out, keeper }) {
        const call = layer.#begin({ x: input, out, grad: false });
        const statistics = keeper.roomForStatistics(countSets(call.arranged));
        forwardSamples({ ...call, kept: keeper }, statistics);
      },
      backward({ keeper, ...gradients }) {
        layer.#gradients(keeper, layer.#arrange(gradients.input, gradients.weight), gradients);
      },
    });
    ownForwards(SampleNorm);
  }

  protected constructor(parts: SampleNormParts<Eps>) {
    super();
    const { caller, shape, dtype } = parts;
    this.dtype = dtype;
    this.#weight = parts.hasWeight ? new Parameter(ones(shape, { dtype })) : null;
    this.#bias = parts.hasBias ? new Parameter(zeros(shape, { dtype })) : null;
    this.#parts = parts;
    this.#eps = parts.checkEps(caller.name, parts.eps);
  }

  /** Scale, 1 at first; null where the layer has none. */
  get weight(): Parameter | null {
    return this.#weight;
  }

  /** Shift, 0 at first; null where the layer has none. */
  get bias(): Parameter | null {
    return this.#bias;
  }

  /** Added under the root; a finite number >= 0. */
  get eps(): Eps {
    return this.#eps;
  }

  set eps(value: Eps) {
    this.#eps = this.#parts.checkEps(this.#parts.caller.name, value);
  }

  /**
   * Normalizes the input by the formula of the layer, in training and evaluation alike.
   *
   * What it keeps for `backward` is the input itself, not a copy: leave that unchanged until then.
   * Where `out` is the input, a copy of it, in memory of the layer's own: `grad: false` saves the
   * time and the memory. Each forward replaces what the one before has kept, and uses that memory
   * again where it can.
   *
   * @param input A tensor that fits the layer, or what stands for one.
   * @returns `out`, or a new tensor of the input's shape and dtype: of its memory format from
   * GroupNorm and RMSNorm, contiguous from LayerNorm.
   * @throws ShapeError where the input does not fit the layer, or `out` the output.
   * @throws DTypeError where input, `out` and the layer's tensors are not of one dtype.
   * @throws ArgumentError where memory is detached, or `out` overlaps another tensor. A refused call
   * changes nothing.
   */
  forward<Input extends TensorLike>(
    input: Input,
    options?: NormForwardOptions,
  ): Tensor<DTypeOf<Input>>;
  forward(input: TensorLike, options: NormForwardOptions = {}): Tensor {
    const net = currentTransaction();
    const training = net === null ? this.training : net.modeOf(this);
    const call = this.#begin(readForward(this.#parts.caller.name, input, options, training));
    if (net !== null) return leaveToNet(this, net, samplesInNet(this.#kept, call));
    const statistics = this.#kept.roomForStatistics(countSets(call.arranged));
    const y = forwardSamples(call, statistics);
    if (call.kept === null) this.#kept.clear();
    return y;
  }

  /** {@link forward} off the event loop, as {@link BatchNorm.forwardAsync}. */
  forwardAsync<Input extends TensorLike>(
    input: Input,
    options?: AsyncNormForwardOptions,
  ): Promise<Tensor<DTypeOf<Input>>>;
  async forwardAsync(input: TensorLike, options: AsyncNormForwardOptions = {}): Promise<Tensor> {
    const read = readForwardAsync(this, this.#parts.caller.name, input, options);
    const call = this.#begin(read);
    checkSampleOutput(call);
    return callModule(this, read.training, read.context, read.signal, () =>
      samplesAsync(this.#kept, call, read),
    );
  }

  /** Checks all but `out`. */
  #begin({ x, out, grad }: ForwardArguments): SampleForwardCall {
    const { caller, arrange } = this.#parts;
    const weight = this.#weight;
    const bias = this.#bias;
    const arranged = arrange(x, { weight, bias });
    const kept = grad ? this.#kept : null;
    return { caller, arranged, weight, bias, eps: this.#eps, out, kept };
  }

  /**
   * The gradient of the last `forward`'s input; those of `weight` and `bias` are added to their
   * `grad`. Call it once for each `forward`, with input and `weight` unchanged since; it lets go of
   * the input that `forward` kept.
   *
   * @param gradOutput Of the output's shape and dtype; of another memory format it is copied.
   * @returns The input's gradient: `out`, or a new tensor like the output.
   * @throws ArgumentError where no forward has kept its input, or memory is detached or overlaps.
   * @throws ShapeError or DTypeError where `gradOutput` or `out` do not fit the input. A refused
   * call changes nothing, and can be made again.
   */
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options?: NormBackwardOptions,
  ): Tensor<DTypeOf<Gradient>>;
  backward(gradOutput: TensorLike, options: NormBackwardOptions = {}): Tensor {
    const { name } = this.#parts.caller;
    const { dy, out } = readBackward(name, gradOutput, options);
    const { input } = this.#kept;
    if (input === null) throw nothingKept(name);
    const weight = this.#weight;
    checkGrad(name, 'weight', weight);
    checkGrad(name, 'bias', this.#bias);
    const arranged = this.#arrange(input, weight);
    const count = sizeOf(arranged.parameterShape);
    this.#gradWeight = roomFor(count, this.#gradWeight);
    this.#gradBias = roomFor(count, this.#gradBias);
    const gradInput = this.#gradients(this.#kept, arranged, {
      gradOutput: dy,
      input,
      weight,
      out,
      gradWeight: this.#gradWeight,
      gradBias: this.#gradBias,
    });
    accumulateGrad(weight, this.#gradWeight);
    accumulateGrad(this.#bias, this.#gradBias);
    this.#kept.input = null;
    return gradInput;
  }

  /** The input of a forward pass, for backward. */
  #arrange(input: Tensor, weight: Tensor | null): Arranged {
    return this.#parts.arrange(input, { weight, bias: null });
  }

  #gradients(
    { statistics }: Keeper,
    arranged: Arranged,
    { input: _input, ...gradients }: Gradients,
  ): Tensor {
    const { caller } = this.#parts;
    return backwardSamples({ caller, arranged, statistics, eps: null, ...gradients });
  }

  /** Weight 1 and bias 0. */
  resetParameters(): void {
    this.#weight?.data.fill(1);
    this.#bias?.data.fill(0);
  }

  protected override absentState(): [key: string, option: string][] {
    const own = new Set(this.ownParameters().map(([key]) => key));
    return Object.entries(this.#parts.optionsFor).filter(([key]) => !own.has(key));
  }

  protected override ownParameters(): [name: string, parameter: Parameter][] {
    const own: [string, Parameter][] = [];
    if (this.#weight !== null) own.push(['weight', this.#weight]);
    if (this.#bias !== null) own.push(['bias', this.#bias]);
    return [...own, ...super.ownParameters()];
  }
}
