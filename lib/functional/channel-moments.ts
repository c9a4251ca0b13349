import type { Statistics } from './statistics';
import { perChannel } from './statistics';

/**
 * Moments of each channel over any number of batches, which are joined in float64 by Chan's formula:
 *
 *     mean = meanA + delta * nB / n,   M2 = M2A + M2B + delta^2 * nA * nB / n,   delta = meanB - meanA
 *
 * Chan, Golub & LeVeque 1979, Stanford STAN-CS-79-773.
 */
export class ChannelMoments {
  /** Values per channel. */
  count = 0;
  readonly mean: Float64Array;
  /** Sums of squared deviations from the mean. */
  readonly m2: Float64Array;

  constructor(channels: number) {
    this.mean = perChannel(channels);
    this.m2 = perChannel(channels);
  }

  /** Joins the statistics of `count` values per channel. */
  add(count: number, batch: Pick<Statistics, 'mean' | 'variance'>): void {
    if (count === 0) return;
    const { mean, m2 } = this;
    const total = this.count + count;
    for (let c = 0; c < mean.length; c++) {
      const before = mean[c] as number;
      // Without values before, exactly the batch's: 0 times an infinite delta would be NaN.
      const delta = (batch.mean[c] as number) - before;
      const between = this.count === 0 ? 0 : delta * delta * ((this.count * count) / total);
      mean[c] = before + delta * (count / total);
      m2[c] = (m2[c] as number) + (batch.variance[c] as number) * count + between;
    }
    this.count = total;
  }

  /** The population's: divided by the number of values. */
  variance(): Float64Array {
    return this.m2.map((m2) => m2 / this.count);
  }
}
