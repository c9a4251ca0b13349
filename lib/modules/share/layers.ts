// Makes the layers of this library known to kinds.ts, which no layer imports.
import { checkBoolean } from '../../options';
import type { BatchNorm } from '../batch-norm';
import { BatchNorm1d } from '../batch-norm-1d';
import { BatchNorm2d } from '../batch-norm-2d';
import { BatchNorm3d } from '../batch-norm-3d';
import type { FrozenBatchNorm } from '../frozen-batch-norm';
import { FrozenBatchNorm1d } from '../frozen-batch-norm-1d';
import { FrozenBatchNorm2d } from '../frozen-batch-norm-2d';
import { FrozenBatchNorm3d } from '../frozen-batch-norm-3d';
import { GroupNorm } from '../group-norm';
import { Identity } from '../identity';
import { InstanceNorm1d } from '../instance-norm-1d';
import { InstanceNorm2d } from '../instance-norm-2d';
import { InstanceNorm3d } from '../instance-norm-3d';
import { LayerNorm } from '../layer-norm';
import { LazyBatchNorm1d } from '../lazy-batch-norm-1d';
import { LazyBatchNorm2d } from '../lazy-batch-norm-2d';
import { LazyBatchNorm3d } from '../lazy-batch-norm-3d';
import { LazyInstanceNorm1d } from '../lazy-instance-norm-1d';
import { LazyInstanceNorm2d } from '../lazy-instance-norm-2d';
import { LazyInstanceNorm3d } from '../lazy-instance-norm-3d';
import { LocalResponseNorm } from '../local-response-norm';
import { ModuleDict } from '../module-dict';
import { ModuleList } from '../module-list';
import { learnsBias, type NormBase } from '../norm-base';
import { RMSNorm } from '../rms-norm';
import { type Layer, Sequential } from '../sequential';
import { addKind } from './kinds';

for (const Known of [BatchNorm1d, BatchNorm2d, BatchNorm3d]) {
  addKind(Known, batchNorm, ({ numFeatures, updates, options }, _, Class) =>
    withUpdates(new Class(numFeatures, options), updates),
  );
}

// Those without parameters and buffers alone: the others are plain ones once they can be shared.
for (const Known of [LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d]) {
  addKind(Known, batchNorm, ({ updates, options }, _, Class) =>
    withUpdates(new Class(options), updates),
  );
}

for (const Known of [FrozenBatchNorm1d, FrozenBatchNorm2d, FrozenBatchNorm3d]) {
  addKind(Known, frozen, ({ numFeatures, options }, _, Class) => new Class(numFeatures, options));
}

for (const Known of [InstanceNorm1d, InstanceNorm2d, InstanceNorm3d]) {
  addKind(Known, norm, ({ numFeatures, updates, options }, _, Class) =>
    withUpdates(new Class(numFeatures, options), updates),
  );
}

for (const Known of [LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d]) {
  addKind(Known, norm, ({ updates, options }, _, Class) =>
    withUpdates(new Class(options), updates),
  );
}

addKind(
  GroupNorm,
  ({ numGroups, numChannels, eps, affine, bias, dtype }) => ({
    numGroups,
    numChannels,
    options: { eps, affine, bias: bias !== null, dtype },
  }),
  ({ numGroups, numChannels, options }, _, Class) => new Class(numGroups, numChannels, options),
);

addKind(
  LayerNorm,
  ({ normalizedShape, eps, elementwiseAffine, bias, dtype }) => ({
    normalizedShape,
    options: { eps, elementwiseAffine, bias: bias !== null, dtype },
  }),
  ({ normalizedShape, options }, _, Class) => new Class(normalizedShape, options),
);

addKind(
  RMSNorm,
  ({ normalizedShape, eps, elementwiseAffine, dtype }) => ({
    normalizedShape,
    options: { eps, elementwiseAffine, dtype },
  }),
  ({ normalizedShape, options }, _, Class) => new Class(normalizedShape, options),
);

addKind(
  LocalResponseNorm,
  ({ size, alpha, beta, k }) => ({ size, options: { alpha, beta, k } }),
  ({ size, options }, _, Class) => new Class(size, options),
);

addKind(
  Identity,
  () => ({}),
  (_, __, Class) => new Class(),
);

addKind(
  Sequential,
  () => ({}),
  (_, layers, Class) => new Class(...(layers as readonly Layer[])),
  placesOf,
);

addKind(
  ModuleList,
  () => ({}),
  (_, layers, Class) => new Class(layers),
  placesOf,
);

addKind(
  ModuleDict,
  (layer) => ({ names: [...layer.keys()] }),
  ({ names }, layers, Class) => new Class(layers.map((layer, i) => [Object(names)[i], layer])),
  (layer) => [...layer.keys()],
);

function placesOf({ length }: Sequential | ModuleList): string[] {
  return Array.from({ length }, (_, place) => `${place}`);
}

function batchNorm(layer: BatchNorm) {
  const { unbiasedRunningVar, activation, negativeSlope } = layer;
  const { options, ...rest } = norm(layer);
  return { ...rest, options: { ...options, unbiasedRunningVar, activation, negativeSlope } };
}

function norm(layer: NormBase) {
  const { numFeatures, eps, momentum, affine, dtype } = layer;
  const trackRunningStats = layer.numBatchesTracked !== null;
  return {
    numFeatures,
    updates: layer.trackRunningStats,
    options: { eps, momentum, affine, bias: learnsBias(layer), trackRunningStats, dtype },
  };
}

function frozen({ numFeatures, eps, bias, dtype, activation, negativeSlope }: FrozenBatchNorm) {
  const options = { eps, bias: bias !== null, dtype, activation, negativeSlope };
  return { numFeatures, options };
}

/** `trackRunningStats` may have been set to false since the layer was made. */
function withUpdates<T extends NormBase>(layer: T, updates: boolean): T {
  layer.trackRunningStats = checkBoolean(layer.constructor.name, 'trackRunningStats', updates);
  return layer;
}
