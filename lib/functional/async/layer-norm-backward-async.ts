import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type LayerNormBackwardOptions,
  type LayerNormGradients,
  layerNormBackwardOptions,
  readLayerNormBackward,
} from '../layer-norm-backward';
import { sampleGradientsAsync } from './gradients-async';

const name = 'layerNormBackwardAsync';

/**
 * {@link layerNormBackward} off the event loop, with the same bits. As {@link BatchNorm.forwardAsync}
 * it works on shared memory where it is and on copies of other: leave all tensors alone until the
 * promise is settled.
 *
 * @returns A promise of what layerNormBackward returns, rejected with what it throws or with the reason
 * of `signal`.
 */
export function layerNormBackwardAsync<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  normalizedShape: number | readonly number[],
  options?: LayerNormBackwardOptions & AsyncOptions,
): Promise<LayerNormGradients<DTypeOf<Input>>>;
export async function layerNormBackwardAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: LayerNormBackwardOptions & AsyncOptions = {},
): Promise<LayerNormGradients> {
  checkOptions(
    name,
    options,
    [...layerNormBackwardOptions, 'signal'],
    'gradOutput, input, normalizedShape',
  );
  const signal = readSignal(name, options.signal);
  const given = readLayerNormBackward(name, normalizedShape, options);
  return sampleGradientsAsync(gradOutput, input, given, signal);
}
