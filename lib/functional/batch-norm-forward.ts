import { ArgumentError, ShapeError } from '../errors';
import { native } from '../native';
import { emptyLike } from '../tensor/creation';
import { requireMemory } from '../tensor/memory';
import { formatShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';
import { collapse } from './collapse';
import { checkOutput, refuseOverlap, refusePartialOverlap } from './output';
import { overlaps } from './overlap';
import { checkParameters, type Parameters } from './parameters';
import { type Statistics, takeRunning, updateRunning } from './statistics';
import { checkStatus } from './status';

/** A forward pass, its arguments converted; nothing is checked yet. */
export interface ForwardCall extends Parameters {
  readonly caller: Caller;
  readonly input: Tensor;
  readonly eps: number;
  readonly out: Tensor | null;
  /** Whether backward is to read the input again, which `out` over it would have replaced. */
  readonly keepsInput: boolean;
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
  const { caller, input, weight, bias, runningMean, runningVar } = call;
  const { n, c, s, channelsLast } = collapse(caller, input);
  check(call);
  const count = n * s;
  if (count === 1) throw oneValue(caller, input);
  const output = call.out ?? emptyLike(input);
  if (input.size === 0) return output;
  const status = native.batchNormTrain(
    input.data,
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
  );
  checkStatus(caller.name, status);
  const correction = unbiasedRunningVar ? count / (count - 1) : 1;
  updateRunning(runningMean, runningVar, statistics, momentum, correction);
  return output;
}

/**
 * Normalizes with the running statistics, and copies them to `statistics` if backward is to come.
 * Throws before it changes anything.
 */
export function forwardWithRunningStatistics(
  call: ForwardCall,
  statistics: Statistics | null,
): Tensor {
  const { caller, input, weight, bias, runningMean, runningVar } = call;
  const { n, c, s, channelsLast } = collapse(caller, input);
  if (runningMean === null || runningVar === null) {
    const missing = runningMean === null ? 'running_mean' : 'running_var';
    throw new ArgumentError(
      `${caller.name}: ${missing} must be defined in evaluation mode: pass it, or training: true`,
    );
  }
  check(call);
  const output = call.out ?? emptyLike(input);
  if (input.size > 0) {
    const status = native.batchNormEval(
      input.data,
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
    );
    checkStatus(caller.name, status);
  }
  if (statistics !== null) takeRunning(statistics, runningMean, runningVar, call.eps);
  return output;
}

function check(call: ForwardCall): void {
  const { caller, input, out } = call;
  checkParameters(caller, call, input);
  requireMemory(caller.name, 'input', input.data, input.size);
  if (out === null) return;
  checkOutput(caller.name, out, input);
  refusePartialOverlap(caller.name, out.data, 'input', input.data);
  if (call.keepsInput && overlaps(out.data, input.data)) throw inPlace(caller);
  refuseOverlap(caller.name, out.data, 'weight', call.weight?.data);
  refuseOverlap(caller.name, out.data, 'bias', call.bias?.data);
  refuseOverlap(caller.name, out.data, 'running_mean', call.runningMean?.data);
  refuseOverlap(caller.name, out.data, 'running_var', call.runningVar?.data);
}

function inPlace(caller: Caller): ArgumentError {
  return new ArgumentError(
    `${caller.name}: out is the input itself, which backward still needs: pass grad: false if ` +
      'there is no backward to come, or another out',
  );
}

function oneValue(caller: Caller, input: Tensor): ShapeError {
  return new ShapeError(
    `${caller.name}: Expected more than 1 value per channel when training, got input size ` +
      `${formatShape(input.shape)}. Drop the last, incomplete batch, or normalize it in ` +
      'evaluation mode with running statistics',
  );
}
