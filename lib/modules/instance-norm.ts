import { ArgumentError } from '../errors';
import {
  arrangeInstances,
  backward,
  backwardSamples,
  beginInstances,
  collapse,
  forwardInstances,
  type InstanceForwardCall,
  type InstancePass,
  type Keeper,
  Kept,
  requireRunning,
  updateFromInstances,
} from '../functional/internal';
import { Activation } from '../native';
import { checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { accumulateGrad, checkGrad, roomFor } from './accumulate-grad';
import { callModule, type Done, leaveToNet } from './async/call-module';
import { ownForwards } from './async/own-forwards';
import { runningAsync, runningInNet } from './async/running';
import { samplesAsync, samplesInNet, type Update } from './async/samples';
import { currentTransaction } from './async/transaction';
import type { Gradients, KeptPasses } from './kept-passes';
import { NormBase } from './norm-base';
import { checkNormSettings, type NormOptions, type NormSettings } from './norm-options';
import { type Channels, Lazy, NormState } from './norm-state';
import { nothingKept } from './nothing-kept';
import {
  type AsyncForwardArguments,
  type AsyncNormForwardOptions,
  type ForwardArguments,
  type NormBackwardOptions,
  type NormForwardOptions,
  readBackward,
  readForward,
  readForwardAsync,
} from './pass-options';

export interface InstanceNormOptions extends NormOptions {
  /** Weight of the new value in the running statistics; null leaves these as they are. */
  momentum?: number | null | undefined;
}

/** For this library alone: a user of the class has no way to it. */
export let instanceNormKept: (layer: InstanceNorm) => KeptPasses;

/** For this library alone, too: the rank of a single sample. */
export let unbatchedRankOf: (layer: InstanceNorm) => number | undefined;

/** What InstanceNorm1d, 2d and 3d share; they differ in the ranks they accept. */
export abstract class InstanceNorm extends NormBase {
  readonly #state: NormState;
  // Made once and used again, since small arrays cost more than small batches.
  readonly #kept = new Kept(0);
  #gradWeight: Float64Array | null = null;
  #gradBias: Float64Array | null = null;

  static {
    instanceNormKept = (layer) => ({
      channelsOf: (input) => layer.#fit(input).numFeatures,
      forward({ input, out, keeper }) {
        layer.#forward(input, { out, grad: false }, keeper);
      },
      backward({ keeper, ...gradients }) {
        layer.#gradients(layer.#fit(gradients.input), keeper, gradients);
      },
    });
    unbatchedRankOf = (layer) => layer.#state.accepts.unbatchedRank;
    ownForwards(InstanceNorm);
  }

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
  forward<Input extends TensorLike>(
    input: Input,
    options?: NormForwardOptions,
  ): Tensor<DTypeOf<Input>>;
  forward(input: TensorLike, options: NormForwardOptions = {}): Tensor {
    return this.#forward(input, options, null);
  }

  /** @param keeper Takes what backward needs; null for the layer itself. */
  #forward(input: TensorLike, options: NormForwardOptions, keeper: Keeper | null): Tensor {
    const { channels } = this.#state;
    if (channels === null) return this.#firstForward(input, options, keeper);
    const net = currentTransaction();
    const training = net === null ? this.training : net.modeOf(this);
    const read = readForward(channels.caller.name, input, options, training);
    const begun = this.#begin(channels, read);
    const call = keeper === null ? begun : { ...begun, kept: keeper };
    const usesInput = training || !this.trackRunningStats;
    if (net !== null) return leaveToNet(this, net, this.#inNet(call, usesInput));
    const room = (count: number) => (keeper ?? this.#kept).roomForStatistics(count);
    const y = forwardInstances(call, usesInput, this.#state.momentum ?? 0, room);
    if (call.kept === null) this.#kept.clear();
    return y;
  }

  /** {@link forward} off the event loop, as {@link BatchNorm.forwardAsync}. */
  forwardAsync<Input extends TensorLike>(
    input: Input,
    options?: AsyncNormForwardOptions,
  ): Promise<Tensor<DTypeOf<Input>>>;
  async forwardAsync(input: TensorLike, options: AsyncNormForwardOptions = {}): Promise<Tensor> {
    const name = this.#state.channels?.caller.name ?? this.constructor.name;
    const read = readForwardAsync(this, name, input, options);
    const usesInput = read.training || !this.trackRunningStats;
    const begun = this.#beginAsync(read, usesInput);
    const pass = begun.samples === null ? this.#running(begun, read) : this.#samples(begun, read);
    return callModule(this, read.training, read.context, read.signal, pass);
  }

  #samples(begun: SampleInstances, read: AsyncForwardArguments): () => Promise<Done> {
    const update = this.#update(begun);
    return () => samplesAsync(this.#kept, begun.samples, read, update);
  }

  #running(begun: RunningInstances, read: AsyncForwardArguments): () => Promise<Done> {
    const { signal, grad, ownsInput } = read;
    const options = { signal, keeps: grad, ownsInput };
    const clear = () => this.#kept.clear();
    return () => runningAsync(begun.running, begun.collapsed, options, clear);
  }

  /** A pass whose changes are left to the net that it is inside. */
  #inNet(call: InstanceForwardCall, usesInput: boolean): Done {
    const begun = beginInstances(call, usesInput);
    if (begun.samples === null) return runningInNet(begun.running, () => this.#kept.clear());
    return samplesInNet(this.#kept, begun.samples, this.#update(begun));
  }

  /** What a pass with the input's statistics does to the running ones. */
  #update({ samples, arranged }: SampleInstances): Update {
    const { caller, runningMean = null, runningVar = null } = samples;
    const running = { runningMean, runningVar };
    const momentum = this.#state.momentum ?? 0;
    return {
      check: () => requireRunning(caller.name, running),
      apply: (statistics) => updateFromInstances(running, arranged, statistics, momentum),
    };
  }

  #beginAsync(read: ForwardArguments, usesInput: boolean): InstancePass {
    const { channels } = this.#state;
    if (channels === null) return this.#first(read.x, () => this.#beginAsync(read, usesInput));
    return beginInstances(this.#begin(channels, read), usesInput);
  }

  /** The first pass of a lazy layer; it stays lazy where `begin` throws. */
  #first<Result>(input: TensorLike, begin: (x: Tensor) => Result): Result {
    const { name } = this.constructor;
    const x = asTensor(input, 'input', name);
    const { c } = collapse({ name, ...this.#state.accepts, numFeatures: null }, x);
    return this.firstForward(c, () => begin(x));
  }

  #firstForward(input: TensorLike, options: NormForwardOptions, keeper: Keeper | null): Tensor {
    return this.#first(input, (x) => this.#forward(x, options, keeper));
  }

  #fit(input: Tensor): Channels {
    return this.#state.fit(this.#state.channels as Channels, input);
  }

  #begin(made: Channels, { x, out, grad }: ForwardArguments): InstanceForwardCall {
    const { eps } = this.#state;
    const channels = this.#state.fit(made, x);
    const { caller, weight, bias, runningMean, runningVar } = channels;
    const kept = grad ? this.#kept : null;
    return { caller, input: x, weight, bias, runningMean, runningVar, eps, out, kept };
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
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options?: NormBackwardOptions,
  ): Tensor<DTypeOf<Gradient>>;
  backward(gradOutput: TensorLike, options: NormBackwardOptions = {}): Tensor {
    const { channels } = this.#state;
    const name = channels?.caller.name ?? this.constructor.name;
    const { dy, out } = readBackward(name, gradOutput, options);
    const { input } = this.#kept;
    if (channels === null || input === null) throw nothingKept(name);
    const fit = this.#state.fit(channels, input);
    const { weight, bias, numFeatures } = fit;
    checkGrad(name, 'weight', weight);
    checkGrad(name, 'bias', bias);
    this.#gradWeight = roomFor(numFeatures, this.#gradWeight);
    this.#gradBias = roomFor(numFeatures, this.#gradBias);
    const gradWeight = this.#gradWeight;
    const gradBias = this.#gradBias;
    const gradients = { gradOutput: dy, input, weight, out, gradWeight, gradBias };
    const gradInput = this.#gradients(fit, this.#kept, gradients);
    accumulateGrad(weight, gradWeight);
    accumulateGrad(bias, gradBias);
    this.#kept.input = null;
    return gradInput;
  }

  #gradients({ caller }: Channels, kept: Keeper, gradients: Gradients): Tensor {
    const { statistics, usedBatchStatistics } = kept;
    if (!usedBatchStatistics) {
      return backward({ caller, ...gradients, ...statistics, ...unfused }).gradInput;
    }
    const { input, weight } = gradients;
    const affine = { weight, bias: null, runningMean: null, runningVar: null };
    const arranged = arrangeInstances(caller, input, affine);
    return backwardSamples({ caller, ...gradients, arranged, statistics, eps: null });
  }
}

type RunningInstances = Extract<InstancePass, { samples: null }>;
type SampleInstances = Exclude<InstancePass, { samples: null }>;

const unfused = {
  training: false,
  hadResidual: false,
  activation: Activation.none,
  negativeSlope: 0,
  mask: null,
  outResidual: null,
};

const optionNames = ['eps', 'momentum', 'affine', 'bias', 'trackRunningStats', 'dtype'];

/** The options with defaults filled in, each read once and checked. */
function readOptions(name: string, options: InstanceNormOptions, isLazy: boolean): NormSettings {
  checkOptions(name, options, optionNames, isLazy ? '' : 'numFeatures');
  const {
    eps = 1e-5,
    momentum = 0.1,
    affine = isLazy,
    bias = true,
    trackRunningStats = isLazy,
    dtype = 'float32',
  } = options;
  return checkNormSettings(name, { eps, momentum, affine, bias, trackRunningStats, dtype });
}
