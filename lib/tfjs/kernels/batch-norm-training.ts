import {
  type Caller,
  forwardWithBatchStatistics,
  type Statistics,
} from '../../functional/internal';
import { run } from '../run';
import { batchNormTrainingGrad } from './batch-norm-training-grad';
import type { Channels } from './channels';
import { forwardCall } from './forward-call';
import type { Kernel } from './kernel';

export interface TrainingAttributes {
  readonly channels: Channels;
  readonly epsilon: number;
  /** Written by the forward pass for the backward one: float64, which no tensor holds. */
  readonly statistics: Statistics;
}

const caller: Caller = { name: 'batchNormTraining', ranks: null, numFeatures: null };

/** Normalizes with the batch's own statistics, of which the variance is the biased one. */
export const batchNormTraining: Kernel<
  'x',
  'scale' | 'offset',
  'y' | 'mean' | 'variance',
  TrainingAttributes
> = {
  name: 'batchnorm/BatchNormTraining',

  outputShapes({ x }, { channels }) {
    return { y: x.shape, mean: [channels.c], variance: [channels.c] };
  },

  fill({ x, scale, offset }, { y, mean, variance }, { channels, epsilon, statistics }) {
    if (channels.n * channels.s === 1) {
      statistics.mean.set(x);
      statistics.variance.fill(0);
      statistics.invstd.fill(1 / Math.sqrt(epsilon));
      // A value is its own mean; what is not finite has none.
      for (let c = 0; c < y.length; c++) y[c] = (x[c] as number) * 0 + (offset?.[c] ?? 0);
    } else {
      const elements = { x, scale, offset, y, mean: null, variance: null };
      const call = forwardCall(caller, channels, epsilon, elements);
      forwardWithBatchStatistics(call, 0, false, statistics);
    }
    // There is no mean of nothing.
    mean.set(x.length === 0 ? statistics.mean.fill(Number.NaN) : statistics.mean);
    variance.set(x.length === 0 ? statistics.variance.fill(Number.NaN) : statistics.variance);
  },

  gradient({ y: dy, mean: dMean, variance: dVariance }, { x, scale }, attributes) {
    const inputs = { dy, dMean, dVariance, x, scale };
    const { dx, dScale, dOffset } = run(batchNormTrainingGrad, inputs, attributes);
    return { x: dx, scale: dScale, offset: dOffset };
  },
};
