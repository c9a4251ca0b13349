import { ArgumentError, ShapeError } from '../errors';
import { type Activation, native } from '../native';
import { emptyLike } from '../tensor/creation';
import { requireMemory } from '../tensor/memory';
import { formatShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';
import { collapse } from './collapse';
import type { Keeper } from './keeper';
import { likeInput } from './like-input';
import { checkOutput, refuseParameterOverlap, refusePartialOverlap } from './output';
import { checkParameters, type Parameters } from './parameters';
import { type Statistics, takeRunning, updateRunning } from './statistics';
import { checkStatus } from './status';

/** A forward pass, its arguments converted; nothing is checked yet. */
export interface ForwardCall extends Parameters {
  readonly caller: Caller;
  readonly input: Tensor;
  readonly eps: number;
  /** What is added to the normalized input. */
  readonly residual: Tensor | null;
  readonly activation: Activation;
  readonly negativeSlope: number;
  readonly out: Tensor | null;
  /** Takes what backward needs; null where none is to come. */
  readonly kept: Keeper | null;
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
  const { caller, input, weight, bias, runningMean, runningVar, kept } = call;
  const { n, c, s, channelsLast } = collapse(caller, input);
  const residual = check(call, c);
  const count = n * s;
  if (count === 1) throw oneValue(caller, input);
  const output = call.out ?? emptyLike(input);
  const x = kept === null ? input : kept.start(input, output, call.activation);
  if (input.size > 0) {
    const status = native.batchNormTrain(
      x.data,
      output.data,
      n,
      c,
      s,
      channelsLast,
      weight === null ? null : weight.data,
      bias === null ? null : bias.data,
      call.eps,
      statistics.mean,
      statistics.variance,
      statistics.invstd,
      residual === null ? null : residual.data,
      call.activation,
      call.negativeSlope,
      kept === null ? null : kept.mask,
    );
    checkStatus(caller.name, status);
    const correction = unbiasedRunningVar ? count / (count - 1) : 1;
    updateRunning(runningMean, runningVar, statistics, momentum, correction);
  }
  if (kept !== null) kept.finish(x, statistics, true, residual !== null);
  return output;
}

/**
 * Normalizes with the running statistics, of which it keeps a copy if backward is to come. Throws
 * before it changes anything.
 */
export function forwardWithRunningStatistics(call: ForwardCall): Tensor {
  const { caller, input, weight, bias, runningMean, runningVar, kept } = call;
  const { n, c, s, channelsLast } = collapse(caller, input);
  if (runningMean === null || runningVar === null) {
    const missing = runningMean === null ? 'running_mean' : 'running_var';
    throw new ArgumentError(
      `${caller.name}: ${missing} must be defined in evaluation mode: pass it, or training: true`,
    );
  }
  const residual = check(call, c);
  const output = call.out ?? emptyLike(input);
  const statistics = kept === null ? null : kept.roomForStatistics(c);
  const x = kept === null ? input : kept.start(input, output, call.activation);
  if (input.size > 0) {
    const status = native.batchNormEval(
      x.data,
      output.data,
      n,
      c,
      s,
      channelsLast,
      weight === null ? null : weight.data,
      bias === null ? null : bias.data,
      runningMean.data,
      runningVar.data,
      call.eps,
      residual === null ? null : residual.data,
      call.activation,
      call.negativeSlope,
      kept === null ? null : kept.mask,
    );
    checkStatus(caller.name, status);
  }
  if (kept !== null && statistics !== null) {
    takeRunning(statistics, runningMean, runningVar, call.eps);
    kept.finish(x, statistics, false, residual !== null);
  }
  return output;
}

/** Returns the residual in the input's memory format. */
function check(call: ForwardCall, channels: number): Tensor | null {
  const { caller, input, out } = call;
  const { name } = caller;
  checkParameters(caller, call, input, channels);
  requireMemory(name, 'input', input.data, input.size);
  const residual =
    call.residual === null ? null : likeInput(name, 'residual', call.residual, input);
  if (out === null) return residual;
  checkOutput(name, 'out', out, input);
  refusePartialOverlap(name, 'out', out.data, 'input', input.data);
  if (residual !== null) refusePartialOverlap(name, 'out', out.data, 'residual', residual.data);
  refuseParameterOverlap(name, out, call);
  return residual;
}

function oneValue(caller: Caller, input: Tensor): ShapeError {
  return new ShapeError(
    `${caller.name}: Expected more than 1 value per channel when training, got input size ` +
      `${formatShape(input.shape)}. Drop the last, incomplete batch, or normalize it in ` +
      'evaluation mode with running statistics',
  );
}
