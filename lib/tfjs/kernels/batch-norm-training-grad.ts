import type { Caller } from '../../functional/internal';
import { backwardChannels } from './backward-channels';
import type { TrainingAttributes } from './batch-norm-training';
import type { Channels } from './channels';
import type { Kernel } from './kernel';

const caller: Caller = { name: 'batchNormTraining', ranks: null, numFeatures: null };

export const batchNormTrainingGrad: Kernel<
  'dy' | 'dMean' | 'dVariance' | 'x',
  'scale',
  'dx' | 'dScale' | 'dOffset',
  TrainingAttributes
> = {
  name: 'batchnorm/BatchNormTrainingGrad',

  outputShapes({ x }, { channels }) {
    return { dx: x.shape, dScale: [channels.c], dOffset: [channels.c] };
  },

  fill({ dy, dMean, dVariance, x, scale }, { dx, dScale, dOffset }, { channels, statistics }) {
    const { mean, invstd } = statistics;
    const gradients = { dy, x, scale, mean, invstd, dx, dScale, dOffset };
    backwardChannels(caller, channels, true, gradients);
    // Hardly anybody goes on from the statistics but to running ones.
    if (!isZero(dMean) || !isZero(dVariance))
      addStatistics(dx, x, channels, mean, dMean, dVariance);
  },

  gradient: null,
};

function isZero(elements: Float32Array): boolean {
  return elements.every((value) => value === 0);
}

/** dx += dMean / count + dVariance * 2 * (x - mean) / count */
function addStatistics(
  dx: Float32Array,
  x: Float32Array,
  { n, c: channels, s }: Channels,
  mean: Float64Array,
  dMean: Float32Array,
  dVariance: Float32Array,
): void {
  const count = n * s;
  for (let i = 0; i < dx.length; i++) {
    const c = Math.floor(i / s) % channels;
    const deviation = (x[i] as number) - (mean[c] as number);
    const added = (dMean[c] as number) + (dVariance[c] as number) * 2 * deviation;
    dx[i] = (dx[i] as number) + added / count;
  }
}
