import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { Tensor } from '../../tensor/tensor';
import type { TensorLike } from '../../tensor/tensor-like';
import { type LayerNormFunctionOptions, layerNormOptions, readLayerNorm } from '../layer-norm';
import { normalizeSamplesAsync } from './samples-async';

const name = 'layerNormAsync';

/**
 * {@link layerNorm} off the event loop, with the same bits; what else holds for it is said at
 * {@link BatchNorm.forwardAsync}.
 *
 * @returns A promise of what layerNorm returns, rejected with what it throws or with the reason of
 * `signal`.
 *
 * @example
 * ```ts
 * const y = await functional.layerNormAsync(randn([8, 16, 768]), 768);
 * ```
 */
export function layerNormAsync<Input extends TensorLike>(
  input: Input,
  normalizedShape: number | readonly number[],
  options?: LayerNormFunctionOptions & AsyncOptions,
): Promise<Tensor<DTypeOf<Input>>>;
export async function layerNormAsync(
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: LayerNormFunctionOptions & AsyncOptions = {},
): Promise<Tensor> {
  checkOptions(name, options, [...layerNormOptions, 'signal'], 'input, normalizedShape');
  const signal = readSignal(name, options.signal);
  return normalizeSamplesAsync(input, readLayerNorm(name, normalizedShape, options), signal);
}
