import { Activation } from '../native';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type BackwardCall, backward } from './backward';
import type { Caller } from './caller';
import { gradientTensor } from './gradient-tensor';
import type { Gradients } from './normalize-samples';
import { optional } from './optional';
import { requireStatistic } from './statistic';
import { perChannel } from './statistics';

interface Arguments {
  readonly weight?: TensorLike | null | undefined;
  readonly mean?: Float64Array | TensorLike | null | undefined;
  readonly invstd?: Float64Array | TensorLike | null | undefined;
  readonly out?: TensorLike | null | undefined;
}

/** The gradients where each channel was normalized with one mean, the batch's own in `training`. */
export function channelGradients(
  caller: Caller,
  gradOutput: TensorLike,
  input: TensorLike,
  options: Arguments,
  training: boolean,
): Gradients {
  const { name } = caller;
  const x = asTensor(input, 'input', name);
  const mean = requireStatistic(name, 'mean', options.mean, 'one value per channel');
  const call: BackwardCall = {
    caller,
    gradOutput: asTensor(gradOutput, 'gradOutput', name),
    input: x,
    weight: optional(options.weight, 'weight', name),
    mean,
    invstd: requireStatistic(name, 'invstd', options.invstd, 'one value per channel'),
    training,
    hadResidual: false,
    activation: Activation.none,
    negativeSlope: 0,
    mask: null,
    outResidual: null,
    // The last to be read: what reads the others may take memory away.
    out: optional(options.out, 'out', name),
    gradWeight: perChannel(mean.length),
    gradBias: perChannel(mean.length),
  };
  const { gradInput } = backward(call);
  return {
    gradInput,
    gradWeight: gradientTensor(call.gradWeight, x.dtype),
    gradBias: gradientTensor(call.gradBias, x.dtype),
  };
}
