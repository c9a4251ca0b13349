import { type AsyncOptions, readSignal } from '../../async/signal';
import { checkOptions } from '../../options';
import type { DTypeOf } from '../../tensor/dtype';
import type { TensorLike } from '../../tensor/tensor-like';
import {
  type RMSNormBackwardOptions,
  type RMSNormGradients,
  readRMSNormBackward,
  rmsNormBackwardOptions,
} from '../rms-norm-backward';
import { sampleGradientsAsync } from './gradients-async';

const name = 'rmsNormBackwardAsync';

/**
 * {@link rmsNormBackward} off the event loop, with the same bits. As {@link BatchNorm.forwardAsync}
 * it works on shared memory where it is and on copies of other: leave all tensors alone until the
 * promise is settled.
 *
 * @returns A promise of what rmsNormBackward returns, rejected with what it throws or with the reason
 * of `signal`.
 */
export function rmsNormBackwardAsync<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  normalizedShape: number | readonly number[],
  options?: RMSNormBackwardOptions & AsyncOptions,
): Promise<RMSNormGradients<DTypeOf<Input>>>;
export async function rmsNormBackwardAsync(
  gradOutput: TensorLike,
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: RMSNormBackwardOptions & AsyncOptions = {},
): Promise<RMSNormGradients> {
  checkOptions(
    name,
    options,
    [...rmsNormBackwardOptions, 'signal'],
    'gradOutput, input, normalizedShape',
  );
  const signal = readSignal(name, options.signal);
  const given = readRMSNormBackward(name, normalizedShape, options);
  const { gradInput, gradWeight } = await sampleGradientsAsync(gradOutput, input, given, signal);
  return { gradInput, gradWeight };
}
