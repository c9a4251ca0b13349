import { ArgumentError } from '../errors';
import {
  type ActivationName,
  backward,
  collapse,
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
  Kept,
  optional,
  type Statistics,
} from '../functional/internal';
import { Activation } from '../native';
import { checkBoolean, checkOptions } from '../options';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { accumulateGrad, checkGrad } from './accumulate-grad';
import { type BatchNormOptions, readOptions } from './batch-norm-options';
import { NormBase } from './norm-base';
import { type Lazy, NormState } from './norm-state';
import { reprFloat } from './repr';

export interface ForwardOptions {
  /**
   * Added to the normalized input before the activation: of the input's shape and dtype. It may be
   * the input itself; of another memory format it is copied.
   */
  residual?: TensorLike | null | undefined;
  /**
   * Where to write the output: a tensor of the input's shape, dtype and memory format, either the
   * input or the residual itself or memory that nothing else here shares.
   */
  out?: TensorLike | null | undefined;
  /** Whether to keep what `backward` needs; `training` unless told. */
  grad?: boolean | undefined;
}

export interface BackwardOptions {
  /** Where to write the gradient: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
  /** Where to write the residual's gradient, as `out`; `gradOutput` can be one of the two. */
  outResidual?: TensorLike | null | undefined;
}

/** What `backward` returns after a `forward` with a residual. */
export interface ResidualGradients {
  /** Of the input's shape, dtype and memory format. */
  gradInput: Tensor;
  /** Of the input's shape, dtype and memory format. */
  gradResidual: Tensor;
}

const forwardOptions = ['residual', 'out', 'grad'];
const backwardOptions = ['out', 'outResidual'];

const activationNames = [null, 'relu', 'leakyRelu'] as const;

/** What BatchNorm1d, 2d and 3d share; they differ in the ranks they accept. */
export abstract class BatchNorm extends NormBase {
  /** Whether `runningVar` takes the unbiased variance, as in PyTorch. */
  readonly unbiasedRunningVar: boolean;

  readonly #state: NormState;
  readonly #activation: Activation;
  readonly #negativeSlope: number;
  // Made once and used again, since small arrays cost more than small batches.
  #kept: Kept | null = null;
  #gradWeight: Float64Array | null = null;
  #gradBias: Float64Array | null = null;

  protected constructor(
    ranks: readonly number[],
    numFeatures: number | Lazy,
    options: BatchNormOptions,
  ) {
    const { name } = new.target;
    if (new.target === BatchNorm) {
      throw new ArgumentError(
        'BatchNorm is abstract: make a BatchNorm1d, BatchNorm2d or BatchNorm3d',
      );
    }
    const settings = readOptions(name, options);
    const state = new NormState(name, ranks, numFeatures, settings);
    super(state);
    this.unbiasedRunningVar = settings.unbiasedRunningVar;
    this.#state = state;
    this.#activation = settings.activation;
    this.#negativeSlope = settings.negativeSlope;
  }

  /** What is done with the output in the same pass; null for nothing. */
  get activation(): ActivationName | null {
    return activationNames[this.#activation];
  }

  /** leakyRelu's factor for what is below 0; null with any other activation. */
  get negativeSlope(): number | null {
    return this.#activation === Activation.leakyRelu ? this.#negativeSlope : null;
  }

  /**
   * Normalizes each channel, then adds the residual and applies the activation where there are any:
   *
   *     z = (x - mean) / sqrt(variance + eps) * weight + bias + residual
   *     y = z                                  (no activation)
   *     y = z <= 0 ? 0 : z                     (relu: NaN stays NaN)
   *     y = z > 0 ? z : z * negativeSlope      (leakyRelu)
   *
   * In training, and without running statistics, mean and (biased) variance are the batch's;
   * training puts these into the running ones, `running = (1 - momentum) * running + momentum *
   * batch` (variance unbiased), and counts the batch. Evaluation normalizes with the running ones.
   * Ioffe & Szegedy 2015, arXiv:1502.03167.
   *
   * What it keeps for `backward` is the input itself, not a copy: leave that unchanged until then.
   * Where `out` is the input, a copy of it, in memory of the layer's own: `grad: false` saves the
   * time and the memory. With an activation a bit for each element is kept too, never the output.
   * Each forward replaces what the one before has kept, and uses that memory again where it can.
   *
   * @param input A tensor of the layer's rank, channels and dtype, or what stands for one.
   * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
   * @throws ShapeError for a wrong rank or number of channels, for one value per channel where the
   * batch's statistics are used, and for a residual of another shape or an `out` of another shape
   * or memory format.
   * @throws DTypeError where input, residual or `out` are not of the layer's dtype.
   * @throws ArgumentError where memory is detached, or `out` overlaps another tensor. A refused call
   * changes nothing.
   */
  forward(input: TensorLike, options: ForwardOptions = {}): Tensor {
    const { channels } = this.#state;
    if (channels === null) return this.#firstForward(input, options);
    const { caller, runningMean, runningVar } = channels;
    const { name } = caller;
    checkOptions(name, options, forwardOptions);
    const { residual, out, grad = this.training } = options;
    // First, since reading what stands for a tensor may run a caller's code.
    const x = asTensor(input, 'input', name);
    const added = optional(residual, 'residual', name);
    const output = optional(out, 'out', name);
    checkBoolean(name, 'grad', grad);
    const updates = this.training && this.trackRunningStats;
    const usesRunning = updates || !this.training;
    const usesBatch = this.training || runningMean === null;
    this.#kept ??= grad || usesBatch ? new Kept(channels.numFeatures) : null;
    const kept = this.#kept;
    const call: ForwardCall = {
      caller,
      input: x,
      weight: channels.weight,
      bias: channels.bias,
      runningMean: usesRunning ? runningMean : null,
      runningVar: usesRunning ? runningVar : null,
      eps: this.#state.eps,
      residual: added,
      activation: this.#activation,
      negativeSlope: this.#negativeSlope,
      out: output,
      kept: grad ? kept : null,
    };
    const y = usesBatch
      ? this.#forwardBatch(call, (kept as Kept).statistics, updates)
      : forwardWithRunningStatistics(call);
    if (!grad) kept?.clear();
    return y;
  }

  #forwardBatch(call: ForwardCall, statistics: Statistics, updates: boolean): Tensor {
    const { batches, momentum } = this.#state;
    const counter = updates ? batches : null;
    const factor = momentum ?? (counter === null ? 0 : 1 / (counter.value + 1));
    const y = forwardWithBatchStatistics(call, factor, this.unbiasedRunningVar, statistics);
    if (counter !== null) counter.value++;
    return y;
  }

  #firstForward(input: TensorLike, options: ForwardOptions): Tensor {
    const { name } = this.constructor;
    const x = asTensor(input, 'input', name);
    const { c } = collapse({ name, ranks: this.#state.ranks, numFeatures: null }, x);
    // An input that was refused may have had other channels.
    this.#kept = null;
    return this.firstForward(c, () => BatchNorm.prototype.forward.call(this, x, options));
  }

  /** Where `outResidual` says that the last `forward` had a residual; see the other overload. */
  backward(
    gradOutput: TensorLike,
    options: BackwardOptions & { outResidual: TensorLike },
  ): ResidualGradients;
  /**
   * The gradient of the last `forward`'s input, and of its residual where it had one; those of
   * `weight` and `bias` are added to their `grad`. With n values per channel, z what the activation
   * was applied to, and `dot = sum(dz * (x - mean))`:
   *
   *     dz           = gradOutput                                  (no activation)
   *     dz           = z <= 0 ? 0 : gradOutput                     (relu)
   *     dz           = z > 0 ? gradOutput : gradOutput * slope     (leakyRelu)
   *     gradResidual = dz
   *     gradWeight   = dot * invstd
   *     gradBias     = sum(dz)
   *     gradInput    = dz * invstd * weight                        (normalized by running statistics)
   *     gradInput    = (dz - gradBias / n - (x - mean) * dot * invstd^2 / n) * invstd * weight
   *
   * Call it once for each `forward`, with input and `weight` unchanged since; it lets go of the
   * input that `forward` kept.
   *
   * @typeParam Gradients Pass `ResidualGradients` after a `forward` with a residual, for that alone
   * decides what is returned: `bn.backward<ResidualGradients>(gradOutput)`.
   * @param gradOutput Of the output's shape and dtype; of another memory format it is copied.
   * @returns The input's gradient: `out`, or a new tensor of the input's shape, dtype and memory
   * format. After a `forward` with a residual `{ gradInput, gradResidual }`, where gradResidual is
   * `outResidual` or a new tensor in the same way.
   * @throws ArgumentError where no forward has kept its input, memory is detached or overlaps, or
   * `outResidual` comes without a residual.
   * @throws ShapeError or DTypeError where `gradOutput`, `out` or `outResidual` do not fit the
   * input. A refused call changes nothing, and can be made again.
   */
  backward<Gradients extends Tensor | ResidualGradients = Tensor>(
    gradOutput: TensorLike,
    options?: BackwardOptions,
  ): Gradients;
  backward(gradOutput: TensorLike, options: BackwardOptions = {}): Tensor | ResidualGradients {
    const { channels } = this.#state;
    const name = channels?.caller.name ?? this.constructor.name;
    checkOptions(name, options, backwardOptions);
    const { out, outResidual } = options;
    const dy = asTensor(gradOutput, 'gradOutput', name);
    const inputOut = optional(out, 'out', name);
    const residualOut = optional(outResidual, 'outResidual', name);
    const kept = this.#kept;
    const input = kept === null ? null : kept.input;
    if (channels === null || kept === null || input === null) throw nothingKept(name);
    const { weight, bias, numFeatures } = channels;
    checkGrad(name, 'weight', weight);
    checkGrad(name, 'bias', bias);
    this.#gradWeight ??= new Float64Array(numFeatures);
    this.#gradBias ??= new Float64Array(numFeatures);
    const { gradInput, gradResidual } = backward({
      caller: channels.caller,
      gradOutput: dy,
      input,
      weight,
      mean: kept.statistics.mean,
      invstd: kept.statistics.invstd,
      training: kept.usedBatchStatistics,
      hadResidual: kept.hadResidual,
      activation: this.#activation,
      negativeSlope: this.#negativeSlope,
      mask: kept.mask,
      out: inputOut,
      outResidual: residualOut,
      gradWeight: this.#gradWeight,
      gradBias: this.#gradBias,
    });
    accumulateGrad(weight, this.#gradWeight);
    accumulateGrad(bias, this.#gradBias);
    kept.input = null;
    return gradResidual === null ? gradInput : { gradInput, gradResidual };
  }

  protected override extraRepr(): string {
    const shown = [super.extraRepr()];
    if (!this.unbiasedRunningVar) shown.push('unbiased_running_var=False');
    if (this.#activation === Activation.relu) shown.push('activation=relu');
    if (this.#activation === Activation.leakyRelu) {
      shown.push('activation=leaky_relu', `negative_slope=${reprFloat(this.#negativeSlope)}`);
    }
    return shown.join(', ');
  }
}

function nothingKept(name: string): ArgumentError {
  return new ArgumentError(
    `${name}: there is no forward pass to go backward through: call forward before each ` +
      'backward, in training mode or with grad: true, and backward only once for it',
  );
}
