import type { Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors';
import { checkEps, checkNumGroups, newStatistics } from '../../functional/internal';
import { sizeOf } from '../../tensor/shape';
import { groupNorm as kernel } from '../kernels/group-norm';
import { run } from '../run';
import { checkFloat32 } from './check-float32';

export interface GroupNormOptions {
  /** Added to the variance; a finite number >= 0. */
  epsilon: number;
  /** A positive integer that divides the channels. */
  groups: number;
  /** The axis of the channels: 1, or the last one, as it is unless told. */
  axis?: number;
}

const name = 'groupNormalization';

/**
 * Group normalization of (N, ..., C) or, with `axis` 1, of (N, C, ...): groups of adjacent channels of
 * a sample have a mean and a variance together. Differentiable in x, gamma and beta. Gradients of
 * gradients are refused.
 *
 * @param x float32, of rank 2 or more.
 * @param gamma (C); null for 1.
 * @param beta (C); null for 0.
 * @throws DTypeError, ShapeError or ArgumentError where something does not fit.
 */
export function groupNorm(
  x: Tensor,
  gamma: Tensor | null,
  beta: Tensor | null,
  { epsilon, groups, axis = -1 }: GroupNormOptions,
): Tensor {
  checkEps(name, epsilon);
  checkNumGroups(name, groups);
  checkFloat32(name, { x, gamma, beta });
  const last = x.rank - 1;
  const index = axis < 0 ? axis + x.rank : axis;
  if (x.rank < 2 || (index !== 1 && index !== last)) {
    throw new ArgumentError(
      `${name}: the input should have rank 2 or more and axis should be 1 or the last, ` +
        `got rank ${x.rank} and axis ${axis}: transpose the input first`,
    );
  }
  const n = x.shape[0] as number;
  const c = x.shape[index] as number;
  const s = sizeOf(x.shape.slice(1)) === 0 ? 0 : sizeOf(x.shape.slice(1)) / c;
  const statistics = newStatistics(x.size === 0 ? 0 : n * groups);
  const layout = { n, c, s, channelsLast: index === last, groups };
  return run(kernel, { x, scale: gamma, offset: beta }, { layout, epsilon, statistics }).y;
}
