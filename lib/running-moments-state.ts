import { ChannelMoments, perChannel } from './functional/internal';

/** Count, mean, sum of squared deviations and extremes of some values of each channel. */
export class MomentsState extends ChannelMoments {
  /** Infinity without values, which merging does not change. */
  readonly min: Float64Array;
  /** -Infinity without values. */
  readonly max: Float64Array;

  constructor(channels: number) {
    super(channels);
    this.min = perChannel(channels).fill(Number.POSITIVE_INFINITY);
    this.max = perChannel(channels).fill(Number.NEGATIVE_INFINITY);
  }

  /** Joins another state, which stays as it is. NaN among the extremes stays NaN. */
  override merge(other: MomentsState): void {
    super.merge(other);
    for (let c = 0; c < this.min.length; c++) {
      this.min[c] = Math.min(this.min[c] as number, other.min[c] as number);
      this.max[c] = Math.max(this.max[c] as number, other.max[c] as number);
    }
  }
}
