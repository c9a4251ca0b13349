import { ArgumentError } from '../errors';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { countSets } from './arranged';
import type { Caller } from './caller';
import { gradientTensor } from './gradient-tensor';
import { optional } from './optional';
import { backwardSamples, type Normalizers, type SampleBackwardCall } from './sample-backward';
import { forwardSamples, type SampleForwardCall } from './sample-forward';
import { readStatistic } from './statistic';
import { newStatistics, perChannel } from './statistics';

/** What F.layerNorm, groupNorm and rmsNorm take but for the input, their options read. */
export interface ForwardArguments {
  readonly caller: Caller;
  readonly weight?: TensorLike | null | undefined;
  readonly bias?: TensorLike | null | undefined;
  readonly eps: number | null;
  readonly out?: TensorLike | null | undefined;
  readonly arrange: Arrange;
}

export function normalizeSamples(input: TensorLike, given: ForwardArguments): Tensor {
  const call = sampleCall(input, given);
  return forwardSamples(call, newStatistics(countSets(call.arranged)));
}

/** Checks all but `out`. */
export function sampleCall(input: TensorLike, given: ForwardArguments): SampleForwardCall {
  const { caller, eps } = given;
  const x = asTensor(input, 'input', caller.name);
  const weight = optional(given.weight, 'weight', caller.name);
  const bias = optional(given.bias, 'bias', caller.name);
  // The last to be read: what reads the others may take memory away.
  const out = optional(given.out, 'out', caller.name);
  const arranged = given.arrange(x, { weight, bias });
  return { caller, arranged, weight, bias, eps, out, kept: null };
}

/** What their backward passes take but for the tensors, their options read. */
export interface BackwardArguments {
  readonly caller: Caller;
  readonly weight?: TensorLike | null | undefined;
  readonly mean?: Float64Array | TensorLike | null | undefined;
  readonly invstd?: Float64Array | TensorLike | null | undefined;
  readonly eps: number | null;
  readonly out?: TensorLike | null | undefined;
  readonly arrange: Arrange;
}

export interface Gradients {
  gradInput: Tensor;
  gradWeight: Tensor;
  gradBias: Tensor;
}

export function sampleGradients(
  gradOutput: TensorLike,
  input: TensorLike,
  given: BackwardArguments,
): Gradients {
  const call = sampleBackwardCall(gradOutput, input, given);
  return gradientsOf(call, backwardSamples(call));
}

/** Checks the input alone. */
export function sampleBackwardCall(
  gradOutput: TensorLike,
  input: TensorLike,
  given: BackwardArguments,
): SampleBackwardCall {
  const { caller, eps } = given;
  const { name } = caller;
  const dy = asTensor(gradOutput, 'gradOutput', name);
  const x = asTensor(input, 'input', name);
  const weight = optional(given.weight, 'weight', name);
  const mean = optionalStatistic(name, 'mean', given.mean);
  const invstd = optionalStatistic(name, 'invstd', given.invstd);
  const out = optional(given.out, 'out', name);
  const arranged = given.arrange(x, { weight, bias: null });
  return {
    caller,
    gradOutput: dy,
    arranged,
    weight,
    statistics: normalizers(name, arranged.centered, mean, invstd),
    eps,
    out,
    gradWeight: perChannel(arranged.c),
    gradBias: perChannel(arranged.c),
  };
}

/** What a backward pass returns once it is done. */
export function gradientsOf(call: SampleBackwardCall, gradInput: Tensor): Gradients {
  const { input, parameterShape } = call.arranged;
  return {
    gradInput,
    gradWeight: gradientTensor(call.gradWeight, input.dtype, parameterShape),
    gradBias: gradientTensor(call.gradBias, input.dtype, parameterShape),
  };
}

function optionalStatistic(
  caller: string,
  name: string,
  value: Float64Array | TensorLike | null | undefined,
): Float64Array | null {
  return value === null || value === undefined ? null : readStatistic(caller, name, value);
}

function normalizers(
  caller: string,
  centered: boolean,
  mean: Float64Array | null,
  invstd: Float64Array | null,
): Normalizers | null {
  if (invstd !== null && !centered) return { mean: perChannel(invstd.length), invstd };
  if (mean !== null && invstd !== null) return { mean, invstd };
  if (mean === null && invstd === null) return null;
  throw new ArgumentError(
    `${caller}: mean and invstd go together: pass both, or neither to have them computed from the input`,
  );
}
