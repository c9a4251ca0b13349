import { moments } from '../../functional/moments';
import { asChannels, type Channels } from './channels';
import type { Computation } from './kernel';

export interface MeanAttributes {
  /** What is kept of x. */
  readonly channels: Channels;
  readonly shape: readonly number[];
  /** Whether the sum is wanted, the mean times the number of values. */
  readonly sum: boolean;
}

/** The mean or the sum of each channel. */
export const mean: Computation<'x', never, 'y', MeanAttributes> = {
  outputShapes(_, { shape }) {
    return { y: shape };
  },

  fill({ x }, { y }, { channels, sum }) {
    const { count, mean } = moments(asChannels(x, channels));
    for (let c = 0; c < y.length; c++) y[c] = (mean[c] as number) * (sum ? count : 1);
  },
};
