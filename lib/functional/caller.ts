/** Who asks, and which inputs it accepts: what a refusal has to say to be understood. */
export interface Caller {
  /** 'BatchNorm2d', or a function's own name. */
  readonly name: string;
  /** Ranks accepted; null means any from 2 up. */
  readonly ranks: readonly number[] | null;
  /** Channels accepted; null where the caller has no fixed number. */
  readonly numFeatures: number | null;
  /** The rank of an input without a batch dimension, where the caller takes one: (C, ...). */
  readonly unbatchedRank?: number;
}
