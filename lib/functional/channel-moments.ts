import { perChannel, type Statistics } from './statistics';

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
  add(count: number, { mean, variance }: Pick<Statistics, 'mean' | 'variance'>): void {
    this.merge({ count, mean, m2: variance.map((value) => value * count) });
  }

  /** Joins other moments, which stay as they are; they may be these. */
  merge(other: Pick<ChannelMoments, 'count' | 'mean' | 'm2'>): void {
    if (other.count === 0) return;
    if (this.count === 0) {
      // To the bit: 0 times an infinite delta would be NaN.
      this.mean.set(other.mean);
      this.m2.set(other.m2);
      this.count = other.count;
      return;
    }
    const { mean, m2 } = this;
    const total = this.count + other.count;
    const weight = other.count / total;
    for (let c = 0; c < mean.length; c++) {
      const a = mean[c] as number;
      const b = other.mean[c] as number;
      const delta = b - a;
      // An infinite mean, or a delta beyond float64: weights keep inf where delta is NaN.
      mean[c] = Number.isFinite(delta) ? a + delta * weight : a * (1 - weight) + b * weight;
      const between = delta * delta * ((this.count * other.count) / total);
      m2[c] = (m2[c] as number) + (other.m2[c] as number) + between;
    }
    this.count = total;
  }

  /** The population's: divided by the number of values. */
  variance(): Float64Array {
    return this.m2.map((m2) => m2 / this.count);
  }
}
