import { ArgumentError } from '../errors';
import {
  arrangeInstances,
  backward,
  backwardSamples,
  collapse,
  forwardInstances,
  Kept,
} from '../functional/internal';
import { Activation } from '../native';
import { checkOptions } from '../options';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { accumulateGrad, checkGrad } from './accumulate-grad';
import { NormBase } from './norm-base';
import { checkNormSettings, type NormOptions, type NormSettings } from './norm-options';
import { Lazy, NormState } from './norm-state';
import { nothingKept } from './nothing-kept';
import {
  type NormBackwardOptions,
  type NormForwardOptions,
  readBackward,
  readForward,
} from './pass-options';

export interface InstanceNormOptions extends NormOptions {
  /** Weight of the new value in the running statistics; null leaves these as they are. */
  momentum?: number | null | undefined;
}

/** What InstanceNorm1d, 2d and 3d share; they differ in the ranks they accept. */
export abstract class InstanceNorm extends NormBase {
  readonly #state: NormState;
  // Made once and used again, since small arrays cost more than small batches.
  readonly #kept = new Kept(0);
  #gradWeight: Float64Array | null = null;
  #gradBias: Float64Array | null = null;

  protected constructor(
    unbatchedRank: number,
    numFeatures: number | Lazy,
    options: InstanceNormOptions,
  ) {
    const { name } = new.target;
    if (new.target === InstanceNorm) {
      throw new ArgumentError(
        'InstanceNorm is abstract: make an InstanceNorm1d, InstanceNorm2d or InstanceNorm3d',
      );
    }
    // PyTorch's lazy layers learn and track unless told, the others do not.
    const settings = readOptions(name, options, numFeatures instanceof Lazy);
    const accepts = { ranks: [unbatchedRank, unbatchedRank + 1], unbatchedRank };
    const state = new NormState(name, accepts, numFeatures, settings);
    super(state);
    this.#state = state;
  }

  /** Weight of the new value in the running statistics; null leaves these as they are. */
  override get momentum(): number | null {
    return super.momentum;
  }

  override set momentum(value: number | null) {
    super.momentum = value;
  }

  /**
   * Normalizes each channel of each sample:
   *
   *     y = (x - mean) / sqrt(variance + eps) * weight + bias
   *
   * In training, and without running statistics or where `trackRunningStats` was set to false, mean
   * and (biased) variance are those of one channel of one sample, and the running statistics, where
   * there are any, take their mean over the samples (variance unbiased):
   * `running = (1 - momentum) * running + momentum * mean`; a momentum of null leaves them. Otherwise
   * the running ones normalize. Batches are not counted: as in PyTorch `numBatchesTracked` stays.
   * Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022.
   *
   * What it keeps for `backward` is the input itself, not a copy: leave that unchanged until then.
   * Where `out` is the input, a copy of it, in memory of the layer's own: `grad: false` saves the
   * time and the memory. Each forward replaces what the one before has kept, and uses that memory
   * again where it can.
   *
   * @param input A tensor of the layer's channels and dtype, or what stands for one: of its rank, or
   * of one less for a single sample. A channels-last single sample is copied into logical order.
   * @returns `out`, or a new tensor of the input's shape, dtype and memory format; contiguous for a
   * single sample.
   * @throws ShapeError for a wrong rank or number of channels, for one value per instance where the
   * input's statistics are used, and for an `out` of another shape or memory format.
   * @throws DTypeError where input, `out` and the layer's tensors are not of one dtype.
   * @throws ArgumentError where memory is detached, or `out` overlaps another tensor. A refused call
   * changes nothing.
   */
  forward(input: TensorLike, options: NormForwardOptions = {}): Tensor {
    const { channels } = this.#state;
    if (channels === null) return this.#firstForward(input, options);
    const { name } = channels.caller;
    const { x, out, grad } = readForward(name, input, options, this.training);
    const usesInput = this.training || !this.trackRunningStats;
    const { eps, momentum } = this.#state;
    const { caller, weight, bias, runningMean, runningVar } = channels;
    const kept = grad ? this.#kept : null;
    const call = { caller, input: x, weight, bias, runningMean, runningVar, eps, out, kept };
    const room = (count: number) => this.#kept.roomForStatistics(count);
    const y = forwardInstances(call, usesInput, momentum ?? 0, room);
    if (!grad) this.#kept.clear();
    return y;
  }

  #firstForward(input: TensorLike, options: NormForwardOptions): Tensor {
    const { name } = this.constructor;
    const x = asTensor(input, 'input', name);
    const { c } = collapse({ name, ...this.#state.accepts, numFeatures: null }, x);
    return this.firstForward(c, () => InstanceNorm.prototype.forward.call(this, x, options));
  }

  /**
   * The gradient of the last `forward`'s input; those of `weight` and `bias` are added to their
   * `grad`. With z = (x - mean) * invstd, g = gradOutput * weight, and mean() over an instance:
   *
   *     gradWeight = sum(gradOutput * z)
   *     gradBias   = sum(gradOutput)
   *     gradInput  = g * invstd                              (normalized by running statistics)
   *     gradInput  = (g - mean(g) - z * mean(g * z)) * invstd
   *
   * Call it once for each `forward`, with input and `weight` unchanged since; it lets go of the
   * input that `forward` kept.
   *
   * @param gradOutput Of the output's shape and dtype; of another memory format it is copied.
   * @returns The input's gradient: `out`, or a new tensor like the output.
   * @throws ArgumentError where no forward has kept its input, or memory is detached or overlaps.
   * @throws ShapeError or DTypeError where `gradOutput` or `out` do not fit the input. A refused
   * call changes nothing, and can be made again.
   */
  backward(gradOutput: TensorLike, options: NormBackwardOptions = {}): Tensor {
    const { channels } = this.#state;
    const name = channels?.caller.name ?? this.constructor.name;
    const { dy, out } = readBackward(name, gradOutput, options);
    const { input, statistics, usedBatchStatistics } = this.#kept;
    if (channels === null || input === null) throw nothingKept(name);
    const { caller, weight, bias, numFeatures } = channels;
    checkGrad(name, 'weight', weight);
    checkGrad(name, 'bias', bias);
    this.#gradWeight ??= new Float64Array(numFeatures);
    this.#gradBias ??= new Float64Array(numFeatures);
    const gradWeight = this.#gradWeight;
    const gradBias = this.#gradBias;
    const gradInput = usedBatchStatistics
      ? backwardSamples({
          caller,
          gradOutput: dy,
          arranged: arrangeInstances(caller, input, {
            weight,
            bias: null,
            runningMean: null,
            runningVar: null,
          }),
          weight,
          statistics,
          eps: null,
          out,
          gradWeight,
          gradBias,
        })
      : backward({
          caller,
          gradOutput: dy,
          input,
          weight,
          out,
          gradWeight,
          gradBias,
          ...statistics,
          ...unfused,
        }).gradInput;
    accumulateGrad(weight, gradWeight);
    accumulateGrad(bias, gradBias);
    this.#kept.input = null;
    return gradInput;
  }
}

const unfused = {
  training: false,
  hadResidual: false,
  activation: Activation.none,
  negativeSlope: 0,
  mask: null,
  outResidual: null,
};

const optionNames = ['eps', 'momentum', 'affine', 'trackRunningStats', 'dtype'];

/** The options with defaults filled in, each read once and checked. */
function readOptions(name: string, options: InstanceNormOptions, isLazy: boolean): NormSettings {
  checkOptions(name, options, optionNames);
  const {
    eps = 1e-5,
    momentum = 0.1,
    affine = isLazy,
    trackRunningStats = isLazy,
    dtype = 'float32',
  } = options;
  return checkNormSettings(name, { eps, momentum, affine, trackRunningStats, dtype });
}
