import type { layers } from '@tensorflow/tfjs-layers';

type ArgsOf<Factory extends (args: never) => unknown> = NonNullable<Parameters<Factory>[0]>;

/** What `tf.layers.batchNormalization` takes. */
export type BatchNormalizationArgs = ArgsOf<typeof layers.batchNormalization>;

/** What `tf.layers.layerNormalization` takes. */
export type LayerNormalizationArgs = ArgsOf<typeof layers.layerNormalization>;

/** What Keras's `GroupNormalization` takes. */
export interface GroupNormalizationArgs
  extends Omit<
    BatchNormalizationArgs,
    'momentum' | 'movingMeanInitializer' | 'movingVarianceInitializer'
  > {
  /**
   * How many groups the channels are in, a divisor of their number; -1 for as many groups as
   * channels, which is instance normalization. 32 when absent.
   */
  groups?: number;
}
