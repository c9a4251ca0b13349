import { Activation } from '../native';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type BackwardCall, backward } from './backward';
import type { Caller } from './caller';
import { gradientTensor } from './gradient-tensor';
import type { Gradients } from './normalize-samples';
import { optional } from './optional';
import { requireStatistic } from './statistic';
import { perChannel } from './statistics';

/** What F.batchNormBackward takes but for the tensors, its options read. */
export interface ChannelArguments {
  readonly caller: Caller;
  readonly weight?: TensorLike | null | undefined;
  readonly mean?: Float64Array | TensorLike | null | undefined;
  readonly invstd?: Float64Array | TensorLike | null | undefined;
  /** Whether these are the batch's own. */
  readonly training: boolean;
  readonly out?: TensorLike | null | undefined;
}

/** The gradients where each channel was normalized with one mean. */
export function channelGradients(
  gradOutput: TensorLike,
  input: TensorLike,
  given: ChannelArguments,
): Gradients {
  const call = channelBackwardCall(gradOutput, input, given);
  return channelGradientsOf(call, backward(call).gradInput);
}

/** Checks nothing yet but that mean and invstd are there. */
export function channelBackwardCall(
  gradOutput: TensorLike,
  input: TensorLike,
  given: ChannelArguments,
): BackwardCall {
  const { caller, training } = given;
  const { name } = caller;
  const x = asTensor(input, 'input', name);
  const mean = requireStatistic(name, 'mean', given.mean, 'one value per channel');
  return {
    caller,
    gradOutput: asTensor(gradOutput, 'gradOutput', name),
    input: x,
    weight: optional(given.weight, 'weight', name),
    mean,
    invstd: requireStatistic(name, 'invstd', given.invstd, 'one value per channel'),
    training,
    hadResidual: false,
    activation: Activation.none,
    negativeSlope: 0,
    mask: null,
    outResidual: null,
    // The last to be read: what reads the others may take memory away.
    out: optional(given.out, 'out', name),
    gradWeight: perChannel(mean.length),
    gradBias: perChannel(mean.length),
  };
}

/** What a backward pass returns once it is done. */
export function channelGradientsOf(call: BackwardCall, gradInput: Tensor): Gradients {
  const { dtype } = call.input;
  return {
    gradInput,
    gradWeight: gradientTensor(call.gradWeight, dtype),
    gradBias: gradientTensor(call.gradBias, dtype),
  };
}
