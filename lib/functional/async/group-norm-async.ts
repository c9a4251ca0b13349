import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import { type GroupNormFunctionOptions, groupNormOptions, readGroupNorm } from '../group-norm';
import { normalizeSamplesAsync } from './samples-async';

const name = 'groupNormAsync';

/**
 * {@link groupNorm} off the event loop, with the same bits; what else holds for it is said at
 * {@link BatchNorm.forwardAsync}.
 *
 * @returns A promise of what groupNorm returns, rejected with what it throws or with the reason of
 * `signal`.
 *
 * @example
 * ```ts
 * const y = await functional.groupNormAsync(randn([8, 64, 16, 16]), 32);
 * ```
 */
export function groupNormAsync<Input extends TensorLike>(
  input: Input,
  numGroups: number,
  options?: GroupNormFunctionOptions & AsyncOptions,
): Promise<Tensor<DTypeOf<Input>>>;
export async function groupNormAsync(
  input: TensorLike,
  numGroups: number,
  options: GroupNormFunctionOptions & AsyncOptions = {},
): Promise<Tensor> {
  checkOptions(name, options, [...groupNormOptions, 'signal'], 'input, numGroups');
  const signal = readSignal(name, options.signal);
  return normalizeSamplesAsync(input, readGroupNorm(name, numGroups, options), signal);
}
