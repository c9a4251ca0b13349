import type { AsyncOptions } from '../async/signal';
import {
  type ActivationName,
  type BackwardCall,
  backward,
  type Caller,
  type Collapsed,
  describe,
  type ForwardCall,
  type InputGradients,
  type Keeper,
  optional,
  type Parameters,
  type Passed,
  type PassOptions,
  type Statistics,
} from '../functional/internal';
import { Activation } from '../native';
import { checkBoolean, checkOptions } from '../options';
import type { DType } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { accumulateGrad, checkGrad, requiresGrad, roomFor } from './accumulate-grad';
import type { Done } from './async/call-module';
import { runningAsync, runningInNet } from './async/running';
import type { KeptBackward } from './kept-passes';
import { nothingKept } from './nothing-kept';
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
export interface ResidualGradients<D extends DType = DType> {
  /** Of the input's shape, dtype and memory format. */
  gradInput: Tensor<D>;
  /** Of the input's shape, dtype and memory format. */
  gradResidual: Tensor<D>;
}

/** What {@link ForwardOptions} has, and `signal`. */
export interface AsyncForwardOptions extends ForwardOptions, AsyncOptions {}

/** The names of {@link ForwardOptions}. */
export const forwardOptions = ['residual', 'out', 'grad'];
/** The names of {@link AsyncForwardOptions}. */
export const asyncForwardOptions = [...forwardOptions, 'signal'];
const backwardOptions = ['out', 'outResidual'];

const activationNames = [null, 'relu', 'leakyRelu'] as const;

/** A layer's tensors of one value per channel. */
export interface PassChannels extends Parameters {
  readonly numFeatures: number;
  readonly caller: Caller;
}

/** What a backward pass takes, but for what the forward pass has left and the layer is. */
type Gradients = Pick<
  BackwardCall,
  'gradOutput' | 'input' | 'weight' | 'out' | 'outResidual' | 'gradWeight' | 'gradBias'
>;

/**
 * What the passes of BatchNorm and FrozenBatchNorm share: their arguments, the activation, and what
 * forward leaves for backward.
 */
export class BatchNormPasses {
  readonly #activation: Activation;
  readonly #negativeSlope: number;
  readonly #Keeper: new (
    channels: number,
  ) => Keeper;
  // Made once and used again, since small arrays cost more than small batches.
  #kept: Keeper | null = null;
  #gradWeight: Float64Array | null = null;
  #gradBias: Float64Array | null = null;

  /** @param KeeperClass What keeps what the layer's backward needs. */
  constructor(
    activation: Activation,
    negativeSlope: number,
    KeeperClass: new (channels: number) => Keeper,
  ) {
    this.#activation = activation;
    this.#negativeSlope = negativeSlope;
    this.#Keeper = KeeperClass;
  }

  get activation(): ActivationName | null {
    return activationNames[this.#activation];
  }

  get negativeSlope(): number | null {
    return this.#activation === Activation.leakyRelu ? this.#negativeSlope : null;
  }

  /** What a layer's repr shows of them. */
  get repr(): string[] {
    if (this.#activation === Activation.none) return [];
    if (this.#activation === Activation.relu) return ['activation=relu'];
    return ['activation=leaky_relu', `negative_slope=${reprFloat(this.#negativeSlope)}`];
  }

  /** Reads the arguments of `forward`; without `usesRunning` it leaves running statistics alone. */
  readForward(
    channels: PassChannels,
    eps: number,
    input: TensorLike,
    options: ForwardOptions,
    names: readonly string[],
    training: boolean,
    usesRunning: boolean,
  ): ForwardCall {
    const { caller } = channels;
    const { name } = caller;
    checkOptions(name, options, names);
    const { residual, out, grad = training } = options;
    // First, since reading what stands for a tensor may run a caller's code.
    const x = asTensor(input, 'input', name);
    const added = optional(residual, 'residual', name);
    const output = optional(out, 'out', name);
    checkBoolean(name, 'grad', grad);
    return {
      caller,
      input: x,
      memoryFormat: x.memoryFormat,
      weight: channels.weight,
      bias: channels.bias,
      runningMean: usesRunning ? channels.runningMean : null,
      runningVar: usesRunning ? channels.runningVar : null,
      eps,
      residual: added,
      activation: this.#activation,
      negativeSlope: this.#negativeSlope,
      out: output,
      kept: grad ? this.#keptFor(channels) : null,
    };
  }

  /** Where a forward puts the batch's statistics. */
  statistics(channels: PassChannels): Statistics {
    return this.#keptFor(channels).statistics;
  }

  /** After a forward that succeeded: what the one before has kept is not for this one's backward. */
  finish(call: ForwardCall): void {
    if (call.kept === null && this.#kept !== null) this.#kept.clear();
  }

  /** The same after one that ran elsewhere: it leaves what backward needs. */
  take(
    { kept, residual }: ForwardCall,
    { input, mask }: Passed,
    statistics: Statistics,
    usedBatchStatistics: boolean,
  ): void {
    const hadResidual = residual !== null;
    if (kept === null) this.#kept?.clear();
    else kept.take({ input, statistics, usedBatchStatistics, hadResidual, mask });
  }

  /** A pass with running statistics, off the event loop; the call is checked. */
  runningAsync(call: ForwardCall, collapsed: Collapsed, options: PassOptions): Promise<Done> {
    return runningAsync(call, collapsed, options, () => this.#kept?.clear());
  }

  /** The same at once; its changes are left to the net that it is inside. */
  runningInNet(call: ForwardCall): Done {
    return runningInNet(call, () => this.#kept?.clear());
  }

  /** The gradients of what the last forward took; those of Parameters are added to their `grad`. */
  backward(
    channels: PassChannels,
    gradOutput: TensorLike,
    options: BackwardOptions,
  ): Tensor | ResidualGradients {
    const { caller, weight, bias } = channels;
    const { name } = caller;
    checkOptions(name, options, backwardOptions);
    const { out, outResidual } = options;
    const dy = asTensor(gradOutput, 'gradOutput', name);
    const inputOut = optional(out, 'out', name);
    const residualOut = optional(outResidual, 'outResidual', name);
    const kept = this.#kept;
    const input = kept === null ? null : kept.input;
    if (kept === null || input === null) throw nothingKept(name);
    checkGrad(name, 'weight', weight);
    checkGrad(name, 'bias', bias);
    const count = kept.statistics.mean.length;
    this.#gradWeight = roomFor(count, this.#gradWeight);
    this.#gradBias = roomFor(count, this.#gradBias);
    // Running statistics are constants: without gradients of the parameters x itself is not needed.
    const needsInput = kept.usedBatchStatistics || requiresGrad(weight) || requiresGrad(bias);
    const { gradInput, gradResidual } = this.#gradients(caller, kept, {
      gradOutput: dy,
      input: needsInput ? input : describe(input),
      weight,
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

  /** The same of a forward that has left what backward needs elsewhere; no `grad` is added to. */
  backwardKept({ caller }: PassChannels, { keeper, ...gradients }: KeptBackward): void {
    this.#gradients(caller, keeper, gradients);
  }

  #gradients(caller: Caller, kept: Keeper, gradients: Gradients): InputGradients {
    const channels = kept.statistics.mean.length;
    return backward({
      // The forward pass may have taken other channels than the layer was made for.
      caller: channels === caller.numFeatures ? caller : { ...caller, numFeatures: channels },
      ...gradients,
      mean: kept.statistics.mean,
      invstd: kept.statistics.invstd,
      training: kept.usedBatchStatistics,
      hadResidual: kept.hadResidual,
      activation: this.#activation,
      negativeSlope: this.#negativeSlope,
      mask: kept.mask,
    });
  }

  #keptFor({ numFeatures }: PassChannels): Keeper {
    const kept = this.#kept;
    // A lazy layer may have refused an input of other channels.
    if (kept !== null && kept.statistics.mean.length === numFeatures) return kept;
    this.#kept = new this.#Keeper(numFeatures);
    return this.#kept;
  }
}
