import type { Tensor } from '@tensorflow/tfjs-core';
import { checkEps, newStatistics } from '../../functional/internal';
import { batchNormTraining as kernel } from '../kernels/batch-norm-training';
import { channelsAlong } from '../kernels/channels';
import { run } from '../run';
import { checkFloat32 } from './check-float32';

export interface BatchNormTrainingOptions {
  /** Added to the variance; a finite number >= 0. */
  epsilon: number;
  /** The axis of the channels; the last one unless told. */
  axis?: number;
}

export interface BatchNormTrainingResult {
  /** Of the input's shape. */
  y: Tensor;
  /** (C): the batch's own. */
  mean: Tensor;
  /** (C): the batch's own, biased. */
  variance: Tensor;
}

const name = 'batchNormTraining';

/**
 * Batch normalization with the batch's own statistics, differentiable in x, gamma and beta, also
 * through the statistics that it returns.
 *
 *     y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 *
 * A single value per channel gives beta, as in Keras. Statistics of an empty x are NaN. Gradients of
 * gradients are refused.
 *
 * @param x float32, of rank 1 or more.
 * @param gamma (C); null for 1.
 * @param beta (C); null for 0.
 * @throws DTypeError, ShapeError or ArgumentError where something does not fit.
 */
export function batchNormTraining(
  x: Tensor,
  gamma: Tensor | null,
  beta: Tensor | null,
  { epsilon, axis = -1 }: BatchNormTrainingOptions,
): BatchNormTrainingResult {
  checkEps(name, epsilon);
  checkFloat32(name, { x, gamma, beta });
  const channels = channelsAlong(name, x.shape, axis);
  const statistics = newStatistics(channels.c);
  return run(kernel, { x, scale: gamma, offset: beta }, { channels, epsilon, statistics });
}
