import { type Native, native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { FloatArray } from '../tensor/dtype';
import { changeFormat } from '../tensor/memory-format';
import type { Tensor } from '../tensor/tensor';
import { type Arranged, countSets, isRearranged } from './arranged';
import type { Caller } from './caller';
import { checkLikeInput, inFormat } from './like-input';
import { machineEpsilon } from './options';
import { asIn, checkGradientOutput } from './output';
import type { Affine } from './parameters';
import { giveSamples } from './sample-forward';
import { checkStatistic } from './statistic';
import { newStatistics, type Statistics } from './statistics';
import { checkStatus } from './status';
import type { Taker } from './taker';

/** One value of each for a group of values that was normalized by itself. */
export type Normalizers = Pick<Statistics, 'mean' | 'invstd'>;

/** A backward pass where each sample was normalized by itself; the input is checked. */
export interface SampleBackwardCall {
  readonly caller: Caller;
  readonly gradOutput: Tensor;
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
  const { arranged, gradWeight, gradBias } = call;
  const { memoryFormat, outputFormat } = arranged;
  const { name } = call.caller;
  checkSampleBackward(call);
  const input = inFormat(arranged.input, memoryFormat);
  const gradOutput = inFormat(call.gradOutput, memoryFormat);
  const gradInput = call.out ?? emptyLike(asIn(input, outputFormat));
  if (input.size === 0) {
    gradWeight.fill(0);
    gradBias.fill(0);
    return gradInput;
  }
  // A copy of the input, in another order, becomes its gradient.
  const dx = isRearranged(arranged) ? input : gradInput;
  const status = giveSampleBackward(
    native.groupNormBackward,
    call,
    gradOutput.data,
    input.data,
    dx.data,
    call.statistics ?? statisticsOf(call, input),
  );
  checkStatus(name, status);
  if (dx !== gradInput) changeFormat(dx.data, gradInput.data, input.shape, outputFormat);
  return gradInput;
}

/** Throws what {@link backwardSamples} has against a call. */
export function checkSampleBackward(call: SampleBackwardCall): void {
  const { arranged, statistics, out, gradOutput, weight } = call;
  const { name } = call.caller;
  const input = asIn(arranged.input, arranged.outputFormat);
  if (statistics !== null) checkStatistics(name, statistics, arranged);
  checkLikeInput(name, 'gradOutput', gradOutput, input);
  if (out === null) return;
  checkGradientOutput(name, 'out', out, {
    gradOutput,
    input,
    weight,
    mean: statistics?.mean,
    invstd: statistics?.invstd,
  });
}

/** Gives `take` what the addon takes, in its order. */
export function giveSampleBackward<Result>(
  take: Taker<Native['groupNormBackward'], Result>,
  { arranged, weight, gradWeight, gradBias }: SampleBackwardCall,
  gradOutput: FloatArray,
  x: FloatArray,
  gradInput: FloatArray,
  { mean, invstd }: Normalizers,
): Result {
  const { n, c, s, channelsLast, groups, centered } = arranged;
  return take(
    gradOutput,
    x,
    gradInput,
    n,
    c,
    s,
    channelsLast,
    groups,
    centered,
    weight === null ? null : weight.data,
    mean,
    invstd,
    gradWeight,
    gradBias,
  );
}

function checkStatistics(caller: string, { mean, invstd }: Normalizers, arranged: Arranged): void {
  const count = countSets(arranged);
  const which = 'one for each group of values that was normalized by itself';
  if (arranged.centered) checkStatistic(caller, 'mean', mean, count, which);
  checkStatistic(caller, 'invstd', invstd, count, which);
}

/** What a forward pass normalizes with, to the bit: it is one, whose output nobody sees. */
function statisticsOf({ caller, arranged, eps }: SampleBackwardCall, input: Tensor): Normalizers {
  const statistics = newStatistics(countSets(arranged));
  const status = giveSamples(
    native.groupNormForward,
    unlearned,
    arranged,
    input.data,
    emptyLike(input).data,
    eps ?? machineEpsilon(input.dtype),
    statistics,
  );
  checkStatus(caller.name, status);
  return statistics;
}

const unlearned: Affine = { weight: null, bias: null };
