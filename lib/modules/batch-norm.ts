import { ArgumentError } from '../errors';
import {
  type ActivationName,
  batchPass,
  type Collapsed,
  checkBatchCall,
  checkBatchNormEps,
  checkRunningCall,
  collapse,
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
  type Keeper,
  Kept,
  newStatistics,
  type Passed,
  requireRunning,
  type Statistics,
  updateFromBatch,
} from '../functional/internal';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { callModule, leaveToNet } from './async/call-module';
import { ownForwards } from './async/own-forwards';
import { passKeeping } from './async/pass-keeping';
import { readCall } from './async/read-call';
import { type Commit, currentTransaction, type Transaction } from './async/transaction';
import { type BatchNormOptions, readOptions } from './batch-norm-options';
import {
  type AsyncForwardOptions,
  asyncForwardOptions,
  type BackwardOptions,
  BatchNormPasses,
  type ForwardOptions,
  forwardOptions,
  type ResidualGradients,
} from './batch-norm-passes';
import { type BatchWatcher, type OneValue, oneValueOf, tell, tellOnceDone } from './batch-watcher';
import type { KeptPasses } from './kept-passes';
import { NormBase } from './norm-base';
import { type Channels, Lazy, NormState } from './norm-state';
import { nothingKept } from './nothing-kept';

/** Sets who is told, null for nobody. For this library alone: a user of the class has no way to it. */
export let watchBatches: (layer: BatchNorm, watcher: BatchWatcher | null) => void;

/** For this library alone, too. */
export let batchNormKept: (layer: BatchNorm) => KeptPasses;

/** What BatchNorm1d, 2d and 3d share; they differ in the ranks they accept. */
export abstract class BatchNorm extends NormBase {
  /** Whether `runningVar` takes the unbiased variance, as in PyTorch. */
  readonly unbiasedRunningVar: boolean;

  readonly #state: NormState;
  readonly #passes: BatchNormPasses;
  #watcher: BatchWatcher | null = null;

  static {
    watchBatches = (layer, watcher) => {
      if (layer.#watcher !== null && watcher !== null) throw watchedAlready(layer);
      layer.#watcher = watcher;
    };
    batchNormKept = (layer) => ({
      channelsOf: (input) => layer.#state.fit(layer.#state.channels as Channels, input).numFeatures,
      forward({ input, residual, out, keeper }) {
        layer.#forwardWith(input, { residual, out, grad: false }, keeper);
      },
      backward(call) {
        layer.#passes.backwardKept(layer.#state.channels as Channels, call);
      },
    });
    ownForwards(BatchNorm);
  }

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
    const settings = readOptions(name, options, numFeatures instanceof Lazy);
    const state = new NormState(name, { ranks }, numFeatures, settings);
    super(state);
    this.unbiasedRunningVar = settings.unbiasedRunningVar;
    this.#state = state;
    this.#passes = new BatchNormPasses(settings.activation, settings.negativeSlope, Kept);
  }

  /** Added to the variance; a finite number >= 0. */
  override get eps(): number {
    return super.eps;
  }

  override set eps(value: number) {
    super.eps = checkBatchNormEps(this.constructor.name, value);
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
   * @throws DTypeError where input, residual, `out` and the layer's tensors are not of one dtype.
   * @throws ArgumentError where memory is detached, or `out` overlaps another tensor. A refused call
   * changes nothing.
   */
  forward<Input extends TensorLike>(input: Input, options?: ForwardOptions): Tensor<DTypeOf<Input>>;
  forward(input: TensorLike, options: ForwardOptions = {}): Tensor {
    return this.#forwardWith(input, options, null);
  }

  /**
   * {@link forward} off the event loop, with the same bits; see {@link AsyncOptions} for `signal`.
   *
   * Mode and arguments count as they are when the call is made, and are checked then. Calls in
   * training mode run in the order in which they were made; those in evaluation mode side by side,
   * after the calls in training mode that were made before. Weight, bias and running statistics
   * count as they are when the call's turn comes. A synchronous call does not wait for others, and
   * counts as one that came before them: `backward` goes through the last of these.
   *
   * Tensors in shared memory ({@link Tensor.shared}) are worked on where they are. Others are copied,
   * a little in each turn of the event loop, and so is the result where `out` is not shared. Leave
   * input, residual and `out` alone until the promise is settled: whether the result has what is
   * written to them meanwhile is undefined, and so is what `out` holds after a call that was
   * rejected.
   *
   * @returns A promise of what `forward` returns. It is rejected with what `forward` throws, with an
   * ArgumentError where memory was taken away or resized meanwhile, and with the signal's reason.
   * Then nothing has changed but that a lazy layer may have its channels.
   */
  forwardAsync<Input extends TensorLike>(
    input: Input,
    options?: AsyncForwardOptions,
  ): Promise<Tensor<DTypeOf<Input>>>;
  async forwardAsync(input: TensorLike, options: AsyncForwardOptions = {}): Promise<Tensor> {
    const { name } = this.constructor;
    const made = readCall(this, name, options, asyncForwardOptions);
    const { training, context, signal, ownsInput } = made;
    const begun = this.#beginAsync(input, options, training);
    return callModule(this, training, context, signal, async () => {
      const { call, usesBatch, collapsed } = begun;
      const how = { signal, keeps: call.kept !== null, ownsInput };
      if (!usesBatch) {
        return tellOnceDone(begun.oneValue, await this.#passes.runningAsync(call, collapsed, how));
      }
      const statistics = newStatistics(begun.channels.numFeatures);
      const passed = await batchPass(call, collapsed, statistics, how);
      return { ...passed, commit: this.#commitOf(begun, passed, statistics) };
    });
  }

  /** The arguments of a pass, and what holds for it. */
  #begin(
    made: Channels,
    given: TensorLike,
    options: ForwardOptions,
    names: readonly string[],
    training: boolean,
  ): Begun {
    const watcher = training ? this.#watcher : null;
    const updates = training && this.trackRunningStats && watcher === null;
    const { takesAny } = this.#state;
    const input = takesAny ? asTensor(given, 'input', made.caller.name) : given;
    const channels = takesAny ? this.#state.fit(made, input as Tensor) : made;
    const call = this.#passes.readForward(
      channels,
      this.#state.eps,
      input,
      watcher === null ? options : { ...options, grad: false },
      names,
      training,
      updates || !training,
    );
    const oneValue = oneValueOf(watcher, call.input, channels.numFeatures);
    const usesBatch = oneValue === null && (training || channels.runningMean === null);
    const { momentum } = this.#state;
    const { runningMean, runningVar } = oneValue?.watcher.soFar() ?? channels;
    return {
      channels,
      call: oneValue === null ? call : { ...call, runningMean, runningVar },
      usesBatch,
      updates,
      watcher,
      oneValue,
      momentum,
    };
  }

  #beginAsync(input: TensorLike, options: ForwardOptions, training: boolean): BegunAsync {
    const { channels } = this.#state;
    if (channels === null) {
      return this.#first(input, (x) => this.#beginAsync(x, options, training));
    }
    const begun = this.#begin(channels, input, options, asyncForwardOptions, training);
    const { call, usesBatch } = begun;
    return { ...begun, collapsed: usesBatch ? checkBatchCall(call) : checkRunningCall(call) };
  }

  /** What a pass with the batch's statistics changes. */
  #commitOf(begun: BegunAsync, passed: Passed, statistics: Statistics): Commit {
    const { call, collapsed, channels, watcher } = begun;
    return {
      check: () => requireRunning(call.caller.name, call),
      apply: (isLatest) => {
        if (call.input.size > 0) {
          const factor = this.#factor(begun);
          updateFromBatch(call, collapsed, factor, this.unbiasedRunningVar, statistics);
        }
        if (begun.updates) this.#state.batches?.increment();
        if (isLatest) this.#passes.take(call, passed, statistics, true);
        watcher?.add(call.input.size / channels.numFeatures, statistics);
      },
    };
  }

  /** The weight of a batch in the running statistics. */
  #factor({ momentum, updates }: Begun): number {
    if (momentum !== null) return momentum;
    const { batches } = this.#state;
    return updates && batches !== null ? 1 / (batches.value + 1) : 0;
  }

  /** @param keeper Takes what backward needs; null for the layer itself. */
  #forwardWith(input: TensorLike, options: ForwardOptions, keeper: Keeper | null): Tensor {
    const { channels } = this.#state;
    if (channels === null) return this.#firstForward(input, options, keeper);
    const transaction = currentTransaction();
    if (transaction !== null) return this.#forwardInNet(input, options, transaction);
    const begun = this.#begin(channels, input, options, forwardOptions, this.training);
    const call = keeper === null ? begun.call : { ...begun.call, kept: keeper };
    const y = begun.usesBatch
      ? this.#forwardBatch(begun, call, keeper)
      : forwardWithRunningStatistics(call);
    if (begun.oneValue !== null) tell(begun.oneValue);
    if (keeper === null) this.#passes.finish(call);
    return y;
  }

  // Not where forward begins: a function that is made there costs a small call a tenth of its time.
  #firstForward(input: TensorLike, options: ForwardOptions, keeper: Keeper | null): Tensor {
    return this.#first(input, (x) => this.#forwardWith(x, options, keeper));
  }

  #forwardBatch(begun: Begun, call: ForwardCall, keeper: Keeper | null): Tensor {
    const { channels, updates, watcher } = begun;
    const statistics =
      keeper === null
        ? this.#passes.statistics(channels)
        : keeper.roomForStatistics(channels.numFeatures);
    const factor = this.#factor(begun);
    const y = forwardWithBatchStatistics(call, factor, this.unbiasedRunningVar, statistics);
    if (updates) this.#state.batches?.increment();
    watcher?.add(call.input.size / channels.numFeatures, statistics);
    return y;
  }

  /** A pass whose changes are left to the net that it is inside. */
  #forwardInNet(input: TensorLike, options: ForwardOptions, net: Transaction): Tensor {
    const begun = this.#beginAsync(input, options, net.modeOf(this));
    const { call, usesBatch } = begun;
    if (!usesBatch) {
      const done = tellOnceDone(begun.oneValue, this.#passes.runningInNet(call));
      return leaveToNet(this, net, done);
    }
    const statistics = newStatistics(begun.channels.numFeatures);
    const passed = passKeeping(call, new Kept(0), (own) =>
      forwardWithBatchStatistics({ ...own, ...notRunning }, 0, false, statistics),
    );
    const commit = this.#commitOf(begun, passed, statistics);
    return leaveToNet(this, net, { ...passed, commit });
  }

  /** The first pass of a lazy layer; it stays lazy where `begin` throws. */
  #first<Result>(input: TensorLike, begin: (x: Tensor) => Result): Result {
    const { name } = this.constructor;
    const x = asTensor(input, 'input', name);
    const { c } = collapse({ name, ...this.#state.accepts, numFeatures: null }, x);
    return this.firstForward(c, () => begin(x));
  }

  /** Where `outResidual` says that the last `forward` had a residual; see the other overload. */
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options: BackwardOptions & { outResidual: TensorLike },
  ): ResidualGradients<DTypeOf<Gradient>>;
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
  backward<Gradient extends TensorLike>(
    gradOutput: Gradient,
    options?: BackwardOptions,
  ): Tensor<DTypeOf<Gradient>>;
  backward<Gradients extends Tensor | ResidualGradients>(
    gradOutput: TensorLike,
    options?: BackwardOptions,
  ): Gradients;
  backward(gradOutput: TensorLike, options: BackwardOptions = {}): Tensor | ResidualGradients {
    const { channels } = this.#state;
    if (channels === null) throw nothingKept(this.constructor.name);
    return this.#passes.backward(channels, gradOutput, options);
  }

  protected override extraRepr(): string {
    const shown = [super.extraRepr()];
    if (!this.unbiasedRunningVar) shown.push('unbiased_running_var=False');
    return [...shown, ...this.#passes.repr].join(', ');
  }
}

const notRunning = { runningMean: null, runningVar: null };

/** What a pass begins with. */
interface Begun {
  readonly channels: Channels;
  readonly call: ForwardCall;
  /** Whether the batch's statistics normalize. */
  readonly usesBatch: boolean;
  /** Whether these go into the running ones. */
  readonly updates: boolean;
  readonly watcher: BatchWatcher | null;
  /** What the watcher is to be told of a batch that running statistics normalize. */
  readonly oneValue: OneValue | null;
  readonly momentum: number | null;
}

/** One that is checked. */
interface BegunAsync extends Begun {
  readonly collapsed: Collapsed;
}

function watchedAlready({ constructor: { name } }: BatchNorm): ArgumentError {
  return new ArgumentError(`${name}: its statistics are being updated already: await that first`);
}
