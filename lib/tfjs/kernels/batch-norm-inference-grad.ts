import type { Caller } from '../../functional/internal';
import { backwardChannels } from './backward-channels';
import type { InferenceAttributes } from './batch-norm-inference';
import type { Kernel } from './kernel';

const caller: Caller = { name: 'batchNormInference', ranks: null, numFeatures: null };

/**
 * dMean = -dOffset * scale * invstd, dVariance = -dScale * scale * invstd^2 / 2, and the others as
 * F.batchNormBackward has them.
 */
export const batchNormInferenceGrad: Kernel<
  'dy' | 'x' | 'mean' | 'variance',
  'scale',
  'dx' | 'dMean' | 'dVariance' | 'dScale' | 'dOffset',
  InferenceAttributes
> = {
  name: 'batchnorm/BatchNormInferenceGrad',

  outputShapes({ x }, { channels: { c } }) {
    return { dx: x.shape, dMean: [c], dVariance: [c], dScale: [c], dOffset: [c] };
  },

  fill({ dy, x, mean, variance, scale }, outputs, { channels, epsilon }) {
    const { dx, dMean, dVariance, dScale, dOffset } = outputs;
    const invstd = Float64Array.from(variance, (value) => 1 / Math.sqrt(value + epsilon));
    const gradients = { dy, x, scale, mean: Float64Array.from(mean), invstd, dx, dScale, dOffset };
    backwardChannels(caller, channels, false, gradients);
    for (const [c, inverse] of invstd.entries()) {
      const factor = -(scale?.[c] ?? 1) * inverse;
      dMean[c] = factor * (dOffset[c] as number);
      dVariance[c] = (factor * inverse * (dScale[c] as number)) / 2;
    }
  },

  gradient: null,
};
