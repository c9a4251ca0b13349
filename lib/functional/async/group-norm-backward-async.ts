import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type GroupNormBackwardOptions,
  type GroupNormGradients,
  groupNormBackwardOptions,
  readGroupNormBackward,
} from '../group-norm-backward';
import { sampleGradientsAsync } from './gradients-async';

const name = 'groupNormBackwardAsync';

/**
 * {@link groupNormBackward} off the event loop, with the same bits. As {@link BatchNorm.forwardAsync}
 * it works on shared memory where it is and on copies of other: leave all tensors alone until the
 * promise is settled.
 *
 * @returns A promise of what groupNormBackward returns, rejected with what it throws or with the reason
 * of `signal`.
 */
export function groupNormBackwardAsync<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  numGroups: number,
  options?: GroupNormBackwardOptions & AsyncOptions,
): Promise<GroupNormGradients<DTypeOf<Input>>>;
export async function groupNormBackwardAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  numGroups: number,
  options: GroupNormBackwardOptions & AsyncOptions = {},
): Promise<GroupNormGradients> {
  checkOptions(
    name,
    options,
    [...groupNormBackwardOptions, 'signal'],
    'gradOutput, input, numGroups',
  );
  const signal = readSignal(name, options.signal);
  const given = readGroupNormBackward(name, numGroups, options);
  return sampleGradientsAsync(gradOutput, input, given, signal);
}
