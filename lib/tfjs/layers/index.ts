import { batchNormalization, groupNormalization, layerNormalization } from './factories';

export type {
  BatchNormalizationArgs,
  GroupNormalizationArgs,
  LayerNormalizationArgs,
} from './arguments';
export { fromModule } from './from-module';
export { loadStateDict, stateDict } from './state-dict';
export { toModule } from './to-module';

/** Layers for `tf.sequential` and `tf.model`, in place of those of `tf.layers`. */
export const layers = { batchNormalization, groupNormalization, layerNormalization } as const;
