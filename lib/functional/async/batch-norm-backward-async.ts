import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type BatchNormBackwardOptions,
  type BatchNormGradients,
  batchNormBackwardOptions,
  readBatchNormBackward,
} from '../batch-norm-backward';
import { channelGradientsAsync } from './gradients-async';

const name = 'batchNormBackwardAsync';

/**
 * {@link batchNormBackward} off the event loop, with the same bits. As {@link BatchNorm.forwardAsync}
 * it works on shared memory where it is and on copies of other: leave all tensors alone until the
 * promise is settled.
 *
 * @returns A promise of what batchNormBackward returns, rejected with what it throws or with the reason
 * of `signal`.
 */
export function batchNormBackwardAsync<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  options: BatchNormBackwardOptions & AsyncOptions,
): Promise<BatchNormGradients<DTypeOf<Input>>>;
export async function batchNormBackwardAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  options: BatchNormBackwardOptions & AsyncOptions,
): Promise<BatchNormGradients> {
  checkOptions(name, options, [...batchNormBackwardOptions, 'signal'], 'gradOutput, input');
  const signal = readSignal(name, options.signal);
  return channelGradientsAsync(gradOutput, input, readBatchNormBackward(name, options), signal);
}
