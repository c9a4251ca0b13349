import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type InstanceNormBackwardOptions,
  type InstanceNormGradients,
  instanceNormBackwardOptions,
  readInstanceNormBackward,
} from '../instance-norm-backward';
import { channelGradientsAsync, sampleGradientsAsync } from './gradients-async';

const name = 'instanceNormBackwardAsync';

/**
 * {@link instanceNormBackward} off the event loop, with the same bits. As {@link BatchNorm.forwardAsync}
 * it works on shared memory where it is and on copies of other: leave all tensors alone until the
 * promise is settled.
 *
 * @returns A promise of what instanceNormBackward returns, rejected with what it throws or with the reason
 * of `signal`.
 */
export function instanceNormBackwardAsync<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  options?: InstanceNormBackwardOptions & AsyncOptions,
): Promise<InstanceNormGradients<DTypeOf<Input>>>;
export async function instanceNormBackwardAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  options: InstanceNormBackwardOptions & AsyncOptions = {},
): Promise<InstanceNormGradients> {
  checkOptions(name, options, [...instanceNormBackwardOptions, 'signal'], 'gradOutput, input');
  const signal = readSignal(name, options.signal);
  const { useInputStats, given } = readInstanceNormBackward(name, options);
  return useInputStats
    ? sampleGradientsAsync(gradOutput, input, given, signal)
    : channelGradientsAsync(gradOutput, input, given, signal);
}
