import { native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { type Arranged, countSets } from './arranged';
import type { Caller } from './caller';
import { likeInput } from './like-input';
import { machineEpsilon } from './options';
import { checkGradientOutput, refuseOverlap } from './output';
import { checkStatistic } from './statistic';
import { newStatistics, type Statistics } from './statistics';
import { checkStatus } from './status';

/** One value of each for a group of values that was normalized by itself. */
export type Normalizers = Pick<Statistics, 'mean' | 'invstd'>;

/** A backward pass where each sample was normalized by itself; the input is checked. */
export interface SampleBackwardCall {
  readonly caller: Caller;
  readonly gradOutput: Tensor;
  /** The input as it was passed. */
  readonly input: Tensor;
  readonly arranged: Arranged;
  readonly weight: Tensor | null;
  /** What the forward pass normalized with; null where that is to be computed once more. */
  readonly statistics: Normalizers | null;
  /** Of the forward pass; without a meaning where the statistics are given. */
  readonly eps: number | null;
  readonly out: Tensor | null;
  /** Filled with the gradients of weight and bias. */
  readonly gradWeight: Float64Array;
  readonly gradBias: Float64Array;
}

/** Returns the input's gradient and fills the others. Throws before it changes anything. */
export function backwardSamples(call: SampleBackwardCall): Tensor {
  const { arranged, weight, statistics, out, gradWeight, gradBias } = call;
  const { input } = arranged;
  const { name } = call.caller;
  if (statistics !== null) checkStatistics(name, statistics, arranged);
  const gradOutput = likeInput(name, 'gradOutput', call.gradOutput, input);
  if (out !== null) checkOut(call, out, gradOutput);
  const gradInput = out ?? emptyLike(input);
  if (input.size === 0) {
    gradWeight.fill(0);
    gradBias.fill(0);
    return gradInput;
  }
  const { mean, invstd } = statistics ?? statisticsOf(name, arranged, call.eps);
  const status = native.groupNormBackward(
    gradOutput.data,
    input.data,
    gradInput.data,
    arranged.n,
    arranged.c,
    arranged.s,
    arranged.channelsLast,
    arranged.groups,
    arranged.centered,
    weight === null ? null : weight.data,
    mean,
    invstd,
    gradWeight,
    gradBias,
  );
  checkStatus(name, status);
  return gradInput;
}

function checkStatistics(caller: string, { mean, invstd }: Normalizers, arranged: Arranged): void {
  const count = countSets(arranged);
  const which = 'one for each group of values that was normalized by itself';
  if (arranged.centered) checkStatistic(caller, 'mean', mean, count, which);
  checkStatistic(caller, 'invstd', invstd, count, which);
}

function checkOut(call: SampleBackwardCall, out: Tensor, gradOutput: Tensor): void {
  const { name } = call.caller;
  const { input } = call.arranged;
  checkGradientOutput(name, 'out', out, {
    gradOutput,
    input,
    weight: call.weight,
    mean: call.statistics?.mean,
    invstd: call.statistics?.invstd,
  });
  if (input.data !== call.input.data) {
    refuseOverlap(name, 'out', out.data, 'the input of the forward pass', call.input.data);
  }
}

/** What a forward pass normalizes with, to the bit: it is one, whose output nobody sees. */
function statisticsOf(caller: string, arranged: Arranged, eps: number | null): Normalizers {
  const { input } = arranged;
  const statistics = newStatistics(countSets(arranged));
  const status = native.groupNormForward(
    input.data,
    emptyLike(input).data,
    arranged.n,
    arranged.c,
    arranged.s,
    arranged.channelsLast,
    arranged.groups,
    arranged.centered,
    null,
    null,
    eps ?? machineEpsilon(input.dtype),
    statistics.mean,
    statistics.variance,
    statistics.invstd,
  );
  checkStatus(caller, status);
  return statistics;
}
