import { ArgumentError, ShapeError } from '../errors';
import { type Activation, type Native, native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import type { MemoryFormat } from '../tensor/memory-format';
import { formatShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';
import { type Collapsed, collapse } from './collapse';
import type { Keeper } from './keeper';
import { checkLikeInput, inFormat } from './like-input';
import { checkForwardOutput } from './output';
import { checkParameters, type Parameters } from './parameters';
import { type Statistics, takeRunning, updateRunning } from './statistics';
import { checkStatus } from './status';
import type { Taker } from './taker';

/** A forward pass, its arguments converted; nothing is checked yet. */
export interface ForwardCall extends Parameters {
  readonly caller: Caller;
  readonly input: Tensor;
  /** How the kernels are to find the input, the residual and the output. */
  readonly memoryFormat: MemoryFormat;
  readonly eps: number;
  /** What is added to the normalized input. */
  readonly residual: Tensor | null;
  readonly activation: Activation;
  readonly negativeSlope: number;
  readonly out: Tensor | null;
  /** Takes what backward needs; null where none is to come. */
  readonly kept: Keeper | null;
}

/** One that has running statistics. */
export interface RunningCall extends ForwardCall {
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
}

/**
 * Normalizes with the batch's statistics, writes these to `statistics`, and updates the running
 * ones that are there. Throws before it changes anything.
 */
export function forwardWithBatchStatistics(
  call: ForwardCall,
  momentum: number,
  unbiasedRunningVar: boolean,
  statistics: Statistics,
): Tensor {
  const { kept } = call;
  const collapsed = checkBatchCall(call);
  const input = inFormat(call.input, call.memoryFormat);
  const residual = call.residual === null ? null : inFormat(call.residual, call.memoryFormat);
  const output = call.out ?? emptyLike(input);
  const x = kept === null ? input : kept.start(input, output, call.activation);
  if (input.size > 0) {
    const added = residual === null ? null : residual.data;
    const mask = kept === null ? null : kept.mask;
    const status = giveBatchCall(
      native.batchNormTrain,
      call,
      collapsed,
      x.data,
      output.data,
      added,
      mask,
      statistics,
    );
    checkStatus(call.caller.name, status);
    updateFromBatch(call, collapsed, momentum, unbiasedRunningVar, statistics);
  }
  if (kept !== null) kept.finish(x, statistics, true, residual !== null);
  return output;
}

/** Throws what {@link forwardWithBatchStatistics} has against a call. */
export function checkBatchCall(call: ForwardCall): Collapsed {
  const collapsed = collapse(call.caller, call.input);
  check(call, collapsed.c);
  if (collapsed.n * collapsed.s === 1) throw oneValue(call);
  return collapsed;
}

/** Gives `take` what the addon takes, in its order. */
export function giveBatchCall<Result>(
  take: Taker<Native['batchNormTrain'], Result>,
  { weight, bias, eps, activation, negativeSlope }: ForwardCall,
  { n, c, s, channelsLast }: Collapsed,
  x: FloatArray,
  y: FloatArray,
  residual: FloatArray | null,
  mask: Uint8Array | null,
  { mean, variance, invstd }: Statistics,
): Result {
  return take(
    x,
    y,
    n,
    c,
    s,
    channelsLast,
    weight === null ? null : weight.data,
    bias === null ? null : bias.data,
    eps,
    mean,
    variance,
    invstd,
    residual,
    activation,
    negativeSlope,
    mask,
  );
}

/** Puts the statistics of a batch into the running ones that are there. */
export function updateFromBatch(
  { runningMean, runningVar }: ForwardCall,
  { n, s }: Collapsed,
  momentum: number,
  unbiasedRunningVar: boolean,
  statistics: Statistics,
): void {
  const count = n * s;
  const correction = unbiasedRunningVar ? count / (count - 1) : 1;
  updateRunning(runningMean, runningVar, statistics, momentum, correction);
}

/**
 * Normalizes with the running statistics, of which it keeps a copy if backward is to come. Throws
 * before it changes anything.
 */
export function forwardWithRunningStatistics(call: ForwardCall): Tensor {
  const { kept } = call;
  const collapsed = checkRunningCall(call);
  const { runningMean, runningVar } = call as RunningCall;
  const input = inFormat(call.input, call.memoryFormat);
  const residual = call.residual === null ? null : inFormat(call.residual, call.memoryFormat);
  const output = call.out ?? emptyLike(input);
  const statistics = kept === null ? null : kept.roomForStatistics(collapsed.c);
  const x = kept === null ? input : kept.start(input, output, call.activation);
  if (input.size > 0) {
    const added = residual === null ? null : residual.data;
    const mask = kept === null ? null : kept.mask;
    const status = giveRunningCall(
      native.batchNormEval,
      call as RunningCall,
      collapsed,
      x.data,
      output.data,
      added,
      mask,
    );
    checkStatus(call.caller.name, status);
  }
  if (kept !== null && statistics !== null) {
    takeRunning(statistics, runningMean, runningVar, call.eps);
    kept.finish(x, statistics, false, residual !== null);
  }
  return output;
}

/** Throws what {@link forwardWithRunningStatistics} has against a call: it is a RunningCall. */
export function checkRunningCall(call: ForwardCall): Collapsed {
  const { caller, runningMean, runningVar } = call;
  const collapsed = collapse(caller, call.input);
  if (runningMean === null || runningVar === null) {
    const missing = runningMean === null ? 'running_mean' : 'running_var';
    throw new ArgumentError(
      `${caller.name}: ${missing} must be defined in evaluation mode: pass it, or training: true`,
    );
  }
  check(call, collapsed.c);
  return collapsed;
}

/** Gives `take` what the addon takes, in its order. */
export function giveRunningCall<Result>(
  take: Taker<Native['batchNormEval'], Result>,
  { weight, bias, runningMean, runningVar, eps, activation, negativeSlope }: RunningCall,
  { n, c, s, channelsLast }: Collapsed,
  x: FloatArray,
  y: FloatArray,
  residual: FloatArray | null,
  mask: Uint8Array | null,
): Result {
  return take(
    x,
    y,
    n,
    c,
    s,
    channelsLast,
    weight === null ? null : weight.data,
    bias === null ? null : bias.data,
    runningMean.data,
    runningVar.data,
    eps,
    residual,
    activation,
    negativeSlope,
    mask,
  );
}

function check(call: ForwardCall, channels: number): void {
  const { caller, input, residual } = call;
  checkParameters(caller, call, input, channels);
  requireMemory(caller.name, 'input', input.data, input.size);
  if (residual !== null) checkLikeInput(caller.name, 'residual', residual, input);
  if (call.out !== null) checkForwardOutput(caller.name, call.out, call);
}

function oneValue({ caller, input }: ForwardCall): ShapeError {
  return new ShapeError(
    `${caller.name}: Expected more than 1 value per channel when training, got input size ` +
      `${formatShape(input.shape)}. Drop the last, incomplete batch, or normalize it in ` +
      'evaluation mode with running statistics',
  );
}
