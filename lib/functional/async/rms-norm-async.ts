import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import { type RMSNormFunctionOptions, readRMSNorm, rmsNormOptions } from '../rms-norm';
import { normalizeSamplesAsync } from './samples-async';

const name = 'rmsNormAsync';

/**
 * {@link rmsNorm} off the event loop, with the same bits; what else holds for it is said at
 * {@link BatchNorm.forwardAsync}.
 *
 * @returns A promise of what rmsNorm returns, rejected with what it throws or with the reason of
 * `signal`.
 *
 * @example
 * ```ts
 * const y = await functional.rmsNormAsync(randn([8, 16, 768]), 768);
 * ```
 */
export function rmsNormAsync<Input extends TensorLike>(
  input: Input,
  normalizedShape: number | readonly number[],
  options?: RMSNormFunctionOptions & AsyncOptions,
): Promise<Tensor<DTypeOf<Input>>>;
export async function rmsNormAsync(
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: RMSNormFunctionOptions & AsyncOptions = {},
): Promise<Tensor> {
  checkOptions(name, options, [...rmsNormOptions, 'signal'], 'input, normalizedShape');
  const signal = readSignal(name, options.signal);
  return normalizeSamplesAsync(input, readRMSNorm(name, normalizedShape, options), signal);
}
