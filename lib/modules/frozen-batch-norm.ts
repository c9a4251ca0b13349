import { ArgumentError } from '../errors';
import {
  type ActivationName,
  checkActivation,
  checkBatchNormEps,
  checkNegativeSlope,
  checkRunningCall,
  type ForwardCall,
  forwardWithRunningStatistics,
  KeptMask,
} from '../functional/internal';
import { checkBoolean, checkOptions } from '../options';
import { ones, zeros } from '../tensor/creation';
import { checkDType, type DType, type DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { callModule, leaveToNet } from './async/call-module';
import { ownForwards } from './async/own-forwards';
import { readCall } from './async/read-call';
import { currentTransaction } from './async/transaction';
import {
  type AsyncForwardOptions,
  asyncForwardOptions,
  type BackwardOptions,
  BatchNormPasses,
  type ForwardOptions,
  forwardOptions,
  type PassChannels,
  type ResidualGradients,
} from './batch-norm-passes';
import type { KeptPasses } from './kept-passes';
import { Module } from './module';
import { checkNumFeatures } from './num-features';
import { reprFloat } from './repr';
import type { StateEntry } from './state-dict';

export interface FrozenBatchNormOptions {
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** false leaves the shift out, as BatchNorm's `bias` does. */
  bias?: boolean | undefined;
  /** The type of the buffers, and so of the input. */
  dtype?: DType | undefined;
  /** What the layer does with its output in the same pass; nothing when absent. */
  activation?: ActivationName | null | undefined;
  /** leakyRelu's factor for what is below 0, a finite number; 0.01 when absent. */
  negativeSlope?: number | null | undefined;
}

const optionNames = ['eps', 'bias', 'dtype', 'activation', 'negativeSlope'];

/** For this library alone: a user of the class has no way to it. */
export let frozenBatchNormKept: (layer: FrozenBatchNorm) => KeptPasses;

/** What FrozenBatchNorm1d, 2d and 3d share; they differ in the ranks they accept. */
export abstract class FrozenBatchNorm extends Module {
  /** The type of the buffers. */
  readonly dtype: DType;

  // Getters alone show these, since what forward checks must be what backward uses.
  readonly #eps: number;
  readonly #channels: Frozen;
  readonly #passes: BatchNormPasses;

  static {
    frozenBatchNormKept = (layer) => ({
      channelsOf: () => layer.numFeatures,
      forward({ input, residual, out, keeper }) {
        const call = layer.#read(input, { residual, out, grad: false }, forwardOptions, false);
        forwardWithRunningStatistics({ ...call, kept: keeper });
      },
      backward(call) {
        layer.#passes.backwardKept(layer.#channels, call);
      },
    });
    ownForwards(FrozenBatchNorm);
  }

  protected constructor(
    ranks: readonly number[],
    numFeatures: number,
    options: FrozenBatchNormOptions,
  ) {
    super();
    const { name } = new.target;
    if (new.target === FrozenBatchNorm) {
      throw new ArgumentError(
        'FrozenBatchNorm is abstract: make a FrozenBatchNorm1d, FrozenBatchNorm2d or FrozenBatchNorm3d',
      );
    }
    const shape = [checkNumFeatures(name, numFeatures)];
    checkOptions(name, options, optionNames, 'numFeatures');
    const {
      eps = 1e-5,
      bias = true,
      dtype = 'float32',
      activation = null,
      negativeSlope = null,
    } = options;
    const applied = checkActivation(name, activation);
    this.#eps = checkBatchNormEps(name, eps);
    const hasBias = checkBoolean(name, 'bias', bias);
    this.dtype = checkDType(dtype, name);
    const slope = checkNegativeSlope(name, negativeSlope, applied);
    this.#passes = new BatchNormPasses(applied, slope, KeptMask);
    this.#channels = {
      numFeatures,
      caller: { name, ranks, numFeatures },
      weight: ones(shape, { dtype }),
      bias: hasBias ? zeros(shape, { dtype }) : null,
      runningMean: zeros(shape, { dtype }),
      runningVar: ones(shape, { dtype }),
    };
  }

  /** C, the channels of every input. */
  get numFeatures(): number {
    return this.#channels.numFeatures;
  }

  /** Added to the variance. */
  get eps(): number {
    return this.#eps;
  }

  /** Scale, C values, 1 at first; a buffer. */
  get weight(): Tensor {
    return this.#channels.weight;
  }

  /** Shift, C values, 0 at first; a buffer. Null where made with `bias: false`. */
  get bias(): Tensor | null {
    return this.#channels.bias;
  }

  /** Mean, C values, 0 at first. */
  get runningMean(): Tensor {
    return this.#channels.runningMean;
  }

  /** Variance, C values, 1 at first. */
  get runningVar(): Tensor {
    return this.#channels.runningVar;
  }

  /** What is done with the output in the same pass; null for nothing. */
  get activation(): ActivationName | null {
    return this.#passes.activation;
  }

  /** leakyRelu's factor for what is below 0; null with any other activation. */
  get negativeSlope(): number | null {
    return this.#passes.negativeSlope;
  }

  /**
   * What {@link BatchNorm.forward} does in evaluation mode, in training mode too:
   *
   *     z = (x - runningMean) / sqrt(runningVar + eps) * weight + bias + residual
   *     y = activation(z)
   *
   * It keeps nothing of the input for `backward`, and with an activation a bit for each element.
   *
   * @param input A tensor of the layer's rank, channels and dtype, or what stands for one.
   * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
   * @throws ShapeError, DTypeError or ArgumentError as {@link BatchNorm.forward} does; one value per
   * channel is fine. A refused call changes nothing.
   */
  forward<Input extends TensorLike>(input: Input, options?: ForwardOptions): Tensor<DTypeOf<Input>>;
  forward(input: TensorLike, options: ForwardOptions = {}): Tensor {
    const net = currentTransaction();
    const training = net === null ? this.training : net.modeOf(this);
    const call = this.#read(input, options, forwardOptions, training);
    if (net !== null) return leaveToNet(this, net, this.#passes.runningInNet(call));
    const y = forwardWithRunningStatistics(call);
    this.#passes.finish(call);
    return y;
  }

  /** {@link forward} off the event loop, as {@link BatchNorm.forwardAsync}. */
  forwardAsync<Input extends TensorLike>(
    input: Input,
    options?: AsyncForwardOptions,
  ): Promise<Tensor<DTypeOf<Input>>>;
  async forwardAsync(input: TensorLike, options: AsyncForwardOptions = {}): Promise<Tensor> {
    const { name } = this.constructor;
    const made = readCall(this, name, options, asyncForwardOptions);
    const { training, context, signal, ownsInput } = made;
    const call = this.#read(input, options, asyncForwardOptions, training);
    const collapsed = checkRunningCall(call);
    const how = { signal, keeps: call.kept !== null, ownsInput };
    return callModule(this, training, context, signal, () =>
      this.#passes.runningAsync(call, collapsed, how),
    );
  }

  #read(
    input: TensorLike,
    options: ForwardOptions,
    names: readonly string[],
    training: boolean,
  ): ForwardCall {
    return this.#passes.readForward(
      this.#channels,
      this.#eps,
      input,
      options,
      names,
      training,
      true,
    );
  }

  /** Where `outResidual` says that the last `forward` had a residual; see the other overload. */
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options: BackwardOptions & { outResidual: TensorLike },
  ): ResidualGradients<DTypeOf<Gradient>>;
  /**
   * The gradient of the last `forward`'s input, and of its residual where it had one. With z what
   * the activation was applied to:
   *
   *     dz           = gradOutput                                  (no activation)
   *     dz           = z <= 0 ? 0 : gradOutput                     (relu)
   *     dz           = z > 0 ? gradOutput : gradOutput * slope     (leakyRelu)
   *     gradResidual = dz
   *     gradInput    = dz / sqrt(runningVar + eps) * weight
   *
   * Otherwise as {@link BatchNorm.backward}.
   *
   * @typeParam Gradients Pass `ResidualGradients` after a `forward` with a residual.
   */
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options?: BackwardOptions,
  ): Tensor<DTypeOf<Gradient>>;
  backward<Gradients extends Tensor | ResidualGradients>(
    gradOutput: TensorLike,
    options?: BackwardOptions,
  ): Gradients;
  backward(gradOutput: TensorLike, options: BackwardOptions = {}): Tensor | ResidualGradients {
    return this.#passes.backward(this.#channels, gradOutput, options);
  }

  protected override ownBuffers(): [name: string, buffer: Tensor][] {
    const { weight, bias, runningMean, runningVar } = this.#channels;
    const shift: [string, Tensor][] = bias === null ? [] : [['bias', bias]];
    return [
      ['weight', weight],
      ...shift,
      ['running_mean', runningMean],
      ['running_var', runningVar],
      ...super.ownBuffers(),
    ];
  }

  /** A BatchNorm's state dict counts batches, which means nothing here. */
  protected override ownStateEntries(): StateEntry[] {
    return [...super.ownStateEntries(), { key: 'num_batches_tracked', dropped: true }];
  }

  protected override absentState(): [key: string, option: string][] {
    return this.bias === null ? [['bias', 'bias: true']] : [];
  }

  protected override extraRepr(): string {
    const shown = [`${this.numFeatures}`, `eps=${reprFloat(this.eps)}`];
    if (this.bias === null) shown.push('bias=False');
    return [...shown, ...this.#passes.repr].join(', ');
  }
}

interface Frozen extends PassChannels {
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}
