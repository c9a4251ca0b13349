import type { Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors';
import { checkEps, newStatistics } from '../../functional/internal';
import { sizeOf } from '../../tensor/shape';
import { layerNorm as kernel } from '../kernels/layer-norm';
import { run } from '../run';
import { checkFloat32 } from './check-float32';

export interface LayerNormOptions {
  /** Added to the variance; a finite number >= 0. */
  epsilon: number;
  /** How many of the last axes are normalized together; 1 unless told. */
  axes?: number;
}

const name = 'layerNormalization';

/**
 * Layer normalization over the last axes, differentiable in x, gamma and beta. Gradients of
 * gradients are refused.
 *
 * @param x float32, of rank `axes` or more.
 * @param gamma A value for each element of the last axes, of any shape; null for 1.
 * @param beta As gamma; null for 0.
 * @throws DTypeError, ShapeError or ArgumentError where something does not fit.
 */
export function layerNorm(
  x: Tensor,
  gamma: Tensor | null,
  beta: Tensor | null,
  { epsilon, axes = 1 }: LayerNormOptions,
): Tensor {
  checkEps(name, epsilon);
  checkFloat32(name, { x, gamma, beta });
  const leading = x.rank - axes;
  if (!Number.isInteger(axes) || axes < 1 || leading < 0) {
    throw new ArgumentError(
      `${name}: axes should be an integer from 1 to the input's rank ${x.rank}, got ${axes}`,
    );
  }
  const rows = sizeOf(x.shape.slice(0, leading));
  const columns = sizeOf(x.shape.slice(leading));
  const statistics = newStatistics(x.size === 0 ? 0 : rows);
  const attributes = { layout: { rows, columns }, epsilon, statistics };
  return run(kernel, { x, scale: gamma, offset: beta }, attributes).y;
}
