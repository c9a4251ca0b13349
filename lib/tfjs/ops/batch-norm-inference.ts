import type { Tensor } from '@tensorflow/tfjs-core';
import { checkEps } from '../../functional/internal';
import { batchNormInference as kernel } from '../kernels/batch-norm-inference';
import { channelsAlong } from '../kernels/channels';
import { run } from '../run';
import { checkFloat32 } from './check-float32';

export interface BatchNormInferenceOptions {
  /** Added to the variance; a finite number >= 0. */
  epsilon: number;
  /** The axis of the channels; the last one unless told. */
  axis?: number;
}

const name = 'batchNormInference';

/**
 * Batch normalization with given statistics, differentiable in everything.
 *
 *     y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 *
 * Gradients of gradients are refused.
 *
 * @param x float32, of rank 1 or more.
 * @param mean (C).
 * @param variance (C).
 * @param gamma (C); null for 1.
 * @param beta (C); null for 0.
 * @throws DTypeError, ShapeError or ArgumentError where something does not fit.
 */
export function batchNormInference(
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  gamma: Tensor | null,
  beta: Tensor | null,
  { epsilon, axis = -1 }: BatchNormInferenceOptions,
): Tensor {
  checkEps(name, epsilon);
  checkFloat32(name, { x, mean, variance, gamma, beta });
  const channels = channelsAlong(name, x.shape, axis);
  const inputs = { x, mean, variance, scale: gamma, offset: beta };
  return run(kernel, inputs, { channels, epsilon }).y;
}
