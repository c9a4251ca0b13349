import { ArgumentError } from '../errors';
import {
  type ActivationName,
  backward,
  type Caller,
  checkEps,
  checkMomentum,
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
  Kept,
  optional,
} from '../functional/internal';
import { Activation } from '../native';
import { checkBoolean, checkOptions } from '../options';
import { ones, zeros } from '../tensor/creation';
import type { DType } from '../tensor/dtype';
import { nameOf } from '../tensor/name-of';
import { Parameter } from '../tensor/parameter';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { accumulateGrad, checkGrad } from './accumulate-grad';
import { type BatchNormOptions, readOptions } from './batch-norm-options';
import { Module } from './module';
import { reprBoolean, reprFloat } from './repr';
import type { Counter, StateEntry } from './state-dict';

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
export abstract class BatchNorm extends Module {
  /** C, the channels of every input. */
  readonly numFeatures: number;
  /** Whether the layer learns `weight` and `bias`. */
  readonly affine: boolean;
  /** The type of parameters and buffers. */
  readonly dtype: DType;
  /** Whether `runningVar` takes the unbiased variance, as in PyTorch. */
  readonly unbiasedRunningVar: boolean;
  /** Set to false later, it stops the updates in training; evaluation still uses the buffers. */
  trackRunningStats: boolean;

  // Getters alone show these, since what forward checks must be what backward uses.
  readonly #weight: Parameter | null;
  readonly #bias: Parameter | null;
  readonly #runningMean: Tensor | null;
  readonly #runningVar: Tensor | null;
  #eps: number;
  #momentum: number | null;
  readonly #batches: Counter | null;
  readonly #activation: Activation;
  readonly #negativeSlope: number;
  readonly #caller: Caller;
  // Made once and used again, since small arrays cost more than small batches.
  readonly #kept: Kept;
  readonly #gradWeight: Float64Array;
  readonly #gradBias: Float64Array;

  protected constructor(ranks: readonly number[], numFeatures: number, options: BatchNormOptions) {
    super();
    const { name } = new.target;
    if (new.target === BatchNorm) {
      throw new ArgumentError(
        'BatchNorm is abstract: make a BatchNorm1d, BatchNorm2d or BatchNorm3d',
      );
    }
    if (!Number.isSafeInteger(numFeatures) || numFeatures <= 0) {
      throw new ArgumentError(
        `${name}: numFeatures should be a positive integer, got ${nameOf(numFeatures)}`,
      );
    }
    const { eps, momentum, affine, trackRunningStats, dtype, ...rest } = readOptions(name, options);
    const shape = [numFeatures];
    this.numFeatures = numFeatures;
    this.affine = affine;
    this.dtype = dtype;
    this.unbiasedRunningVar = rest.unbiasedRunningVar;
    this.#weight = affine ? new Parameter(ones(shape, { dtype })) : null;
    this.#bias = affine ? new Parameter(zeros(shape, { dtype })) : null;
    this.#runningMean = trackRunningStats ? zeros(shape, { dtype }) : null;
    this.#runningVar = trackRunningStats ? ones(shape, { dtype }) : null;
    this.trackRunningStats = trackRunningStats;
    this.#eps = eps;
    this.#momentum = momentum;
    this.#batches = trackRunningStats ? { value: 0 } : null;
    this.#activation = rest.activation;
    this.#negativeSlope = rest.negativeSlope;
    this.#caller = { name, ranks, numFeatures };
    this.#kept = new Kept(numFeatures);
    this.#gradWeight = new Float64Array(numFeatures);
    this.#gradBias = new Float64Array(numFeatures);
  }

  /** Scale, C values, 1 at first; null without `affine`. */
  get weight(): Parameter | null {
    return this.#weight;
  }

  /** Shift, C values, 0 at first; null without `affine`. */
  get bias(): Parameter | null {
    return this.#bias;
  }

  /** Running mean, C values, 0 at first; null where made without `trackRunningStats`. */
  get runningMean(): Tensor | null {
    return this.#runningMean;
  }

  /** Running variance, C values, 1 at first; null where made without `trackRunningStats`. */
  get runningVar(): Tensor | null {
    return this.#runningVar;
  }

  /** Added to the variance; a finite number >= 0. */
  get eps(): number {
    return this.#eps;
  }

  set eps(value: number) {
    this.#eps = checkEps(this.#caller.name, value);
  }

  /** Weight of the new value in the running statistics; null for their cumulative average. */
  get momentum(): number | null {
    return this.#momentum;
  }

  set momentum(value: number | null) {
    this.#momentum = value === null ? null : checkMomentum(this.#caller.name, value);
  }

  /** What is done with the output in the same pass; null for nothing. */
  get activation(): ActivationName | null {
    return activationNames[this.#activation];
  }

  /** leakyRelu's factor for what is below 0; null with any other activation. */
  get negativeSlope(): number | null {
    return this.#activation === Activation.leakyRelu ? this.#negativeSlope : null;
  }

  /** Training batches that went into the running statistics; null where there are none. */
  get numBatchesTracked(): number | null {
    return this.#batches === null ? null : this.#batches.value;
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
    const { name } = this.#caller;
    checkOptions(name, options, forwardOptions);
    const { residual, out, grad = this.training } = options;
    // First, since reading what stands for a tensor may run a caller's code.
    const x = asTensor(input, 'input', name);
    const added = optional(residual, 'residual', name);
    const output = optional(out, 'out', name);
    checkBoolean(name, 'grad', grad);
    const updates = this.training && this.trackRunningStats;
    const usesRunning = updates || !this.training;
    const call: ForwardCall = {
      caller: this.#caller,
      input: x,
      weight: this.#weight,
      bias: this.#bias,
      runningMean: usesRunning ? this.#runningMean : null,
      runningVar: usesRunning ? this.#runningVar : null,
      eps: this.#eps,
      residual: added,
      activation: this.#activation,
      negativeSlope: this.#negativeSlope,
      out: output,
      kept: grad ? this.#kept : null,
    };
    const usesBatch = this.training || this.#runningMean === null;
    const y = usesBatch ? this.#forwardBatch(call, updates) : forwardWithRunningStatistics(call);
    if (!grad) this.#kept.clear();
    return y;
  }

  #forwardBatch(call: ForwardCall, updates: boolean): Tensor {
    const batches = updates ? this.#batches : null;
    const momentum = this.#momentum ?? (batches === null ? 0 : 1 / (batches.value + 1));
    const { unbiasedRunningVar } = this;
    const { statistics } = this.#kept;
    const y = forwardWithBatchStatistics(call, momentum, unbiasedRunningVar, statistics);
    if (batches !== null) batches.value++;
    return y;
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
    const { name } = this.#caller;
    checkOptions(name, options, backwardOptions);
    const { out, outResidual } = options;
    const dy = asTensor(gradOutput, 'gradOutput', name);
    const inputOut = optional(out, 'out', name);
    const residualOut = optional(outResidual, 'outResidual', name);
    const kept = this.#kept;
    const { input } = kept;
    if (input === null) throw nothingKept(name);
    checkGrad(name, 'weight', this.#weight);
    checkGrad(name, 'bias', this.#bias);
    const { gradInput, gradResidual } = backward({
      caller: this.#caller,
      gradOutput: dy,
      input,
      weight: this.#weight,
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
    accumulateGrad(this.#weight, this.#gradWeight);
    accumulateGrad(this.#bias, this.#gradBias);
    kept.input = null;
    return gradResidual === null ? gradInput : { gradInput, gradResidual };
  }

  override namedParameters(): [name: string, parameter: Parameter][] {
    const weight = this.#weight;
    const bias = this.#bias;
    return weight === null || bias === null
      ? []
      : [
          ['weight', weight],
          ['bias', bias],
        ];
  }

  /** `running_mean` and `running_var`; the counter is {@link numBatchesTracked}. */
  override namedBuffers(): [name: string, buffer: Tensor][] {
    const runningMean = this.#runningMean;
    const runningVar = this.#runningVar;
    return runningMean === null || runningVar === null
      ? []
      : [
          ['running_mean', runningMean],
          ['running_var', runningVar],
        ];
  }

  protected override stateEntries(): StateEntry[] {
    const entries = super.stateEntries();
    if (this.#batches !== null)
      entries.push({ key: 'num_batches_tracked', counter: this.#batches });
    return entries;
  }

  /** Running mean 0, running variance 1, no batch counted; nothing without `trackRunningStats`. */
  resetRunningStats(): void {
    if (!this.trackRunningStats) return;
    this.#runningMean?.data.fill(0);
    this.#runningVar?.data.fill(1);
    if (this.#batches !== null) this.#batches.value = 0;
  }

  /** Weight 1 and bias 0, and {@link resetRunningStats}. */
  resetParameters(): void {
    this.resetRunningStats();
    this.#weight?.data.fill(1);
    this.#bias?.data.fill(0);
  }

  protected override extraRepr(): string {
    const momentum = this.#momentum === null ? 'None' : reprFloat(this.#momentum);
    const shown = [
      `${this.numFeatures}`,
      `eps=${reprFloat(this.#eps)}`,
      `momentum=${momentum}`,
      `affine=${reprBoolean(this.affine)}`,
      `track_running_stats=${reprBoolean(this.trackRunningStats)}`,
    ];
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
