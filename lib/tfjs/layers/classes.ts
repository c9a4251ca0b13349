// What can be loaded only where TensorFlow.js's layers are installed.
import type { serialization } from '@tensorflow/tfjs-core';
import { BatchNormalization } from './batch-normalization';
import { GroupNormalization } from './group-normalization';
import { LayerNormalization } from './layer-normalization';
import { OwnBatchNormalization, OwnLayerNormalization } from './own-layers';

export { replaceCalls, restoreCalls } from './own-calls';
export { BatchNormalization, GroupNormalization, LayerNormalization };

type LayerClass = serialization.SerializableConstructor<serialization.Serializable>;

/** Our classes, and TensorFlow.js's of the same name where it has one. */
export const pairs: readonly { readonly ours: LayerClass; readonly own: LayerClass | undefined }[] =
  [
    { ours: BatchNormalization, own: OwnBatchNormalization },
    { ours: LayerNormalization, own: OwnLayerNormalization },
    { ours: GroupNormalization, own: undefined },
  ];
