import { ArgumentError } from '../errors';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { countSets } from './arranged';
import type { Caller } from './caller';
import { gradientTensor } from './gradient-tensor';
import { optional } from './optional';
import { backwardSamples, type Normalizers } from './sample-backward';
import { forwardSamples } from './sample-forward';
import { readStatistic } from './statistic';
import { newStatistics, perChannel } from './statistics';

export interface ForwardArguments {
  readonly weight?: TensorLike | null | undefined;
  readonly bias?: TensorLike | null | undefined;
  readonly eps: number | null;
  readonly out?: TensorLike | null | undefined;
}

/** What F.layerNorm, groupNorm and rmsNorm are once their options are read. */
export function normalizeSamples(
  caller: Caller,
  input: TensorLike,
  options: ForwardArguments,
  arrange: Arrange,
): Tensor {
  const x = asTensor(input, 'input', caller.name);
  const weight = optional(options.weight, 'weight', caller.name);
  const bias = optional(options.bias, 'bias', caller.name);
  // The last to be read: what reads the others may take memory away.
  const out = optional(options.out, 'out', caller.name);
  const arranged = arrange(x, { weight, bias });
  const call = { caller, input: x, arranged, weight, bias, eps: options.eps, out, kept: null };
  return forwardSamples(call, newStatistics(countSets(arranged)));
}

export interface BackwardArguments {
  readonly weight?: TensorLike | null | undefined;
  readonly mean?: Float64Array | TensorLike | null | undefined;
  readonly invstd?: Float64Array | TensorLike | null | undefined;
  readonly eps: number | null;
  readonly out?: TensorLike | null | undefined;
}

export interface Gradients {
  gradInput: Tensor;
  gradWeight: Tensor;
  gradBias: Tensor;
}

/** What their backward passes are once their options are read. */
export function sampleGradients(
  caller: Caller,
  gradOutput: TensorLike,
  input: TensorLike,
  options: BackwardArguments,
  arrange: Arrange,
): Gradients {
  const { name } = caller;
  const dy = asTensor(gradOutput, 'gradOutput', name);
  const x = asTensor(input, 'input', name);
  const weight = optional(options.weight, 'weight', name);
  const mean = optionalStatistic(name, 'mean', options.mean);
  const invstd = optionalStatistic(name, 'invstd', options.invstd);
  const out = optional(options.out, 'out', name);
  const arranged = arrange(x, { weight, bias: null });
  const gradWeight = perChannel(arranged.c);
  const gradBias = perChannel(arranged.c);
  const gradInput = backwardSamples({
    caller,
    gradOutput: dy,
    input: x,
    arranged,
    weight,
    statistics: normalizers(name, arranged.centered, mean, invstd),
    eps: options.eps,
    out,
    gradWeight,
    gradBias,
  });
  return {
    gradInput,
    gradWeight: gradientTensor(gradWeight, x.dtype, arranged.parameterShape),
    gradBias: gradientTensor(gradBias, x.dtype, arranged.parameterShape),
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
