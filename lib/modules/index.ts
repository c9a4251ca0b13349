import './share/layers';

export { BatchNorm } from './batch-norm';
export { BatchNorm1d } from './batch-norm-1d';
export { BatchNorm2d } from './batch-norm-2d';
export { BatchNorm3d } from './batch-norm-3d';
export type { BatchNormOptions } from './batch-norm-options';
export type {
  AsyncForwardOptions,
  BackwardOptions,
  ForwardOptions,
  ResidualGradients,
} from './batch-norm-passes';
export type { RegisterBufferOptions } from './buffers';
export { freezeBatchNorm } from './freeze-batch-norm';
export { FrozenBatchNorm, type FrozenBatchNormOptions } from './frozen-batch-norm';
export { FrozenBatchNorm1d } from './frozen-batch-norm-1d';
export { FrozenBatchNorm2d } from './frozen-batch-norm-2d';
export { FrozenBatchNorm3d } from './frozen-batch-norm-3d';
export { GroupNorm, type GroupNormOptions } from './group-norm';
export { Identity } from './identity';
export { InstanceNorm, type InstanceNormOptions } from './instance-norm';
export { InstanceNorm1d } from './instance-norm-1d';
export { InstanceNorm2d } from './instance-norm-2d';
export { InstanceNorm3d } from './instance-norm-3d';
export { LayerNorm, type LayerNormOptions } from './layer-norm';
export { LazyBatchNorm1d } from './lazy-batch-norm-1d';
export { LazyBatchNorm2d } from './lazy-batch-norm-2d';
export { LazyBatchNorm3d } from './lazy-batch-norm-3d';
export { LazyInstanceNorm1d } from './lazy-instance-norm-1d';
export { LazyInstanceNorm2d } from './lazy-instance-norm-2d';
export { LazyInstanceNorm3d } from './lazy-instance-norm-3d';
export { LocalResponseNorm, type LocalResponseNormOptions } from './local-response-norm';
export { Module } from './module';
export { ModuleDict, type NamedModules } from './module-dict';
export { ModuleList } from './module-list';
export type {
  AsyncNormForwardOptions,
  NormBackwardOptions,
  NormForwardOptions,
} from './pass-options';
export { RMSNorm, type RMSNormOptions } from './rms-norm';
export {
  type Layer,
  Sequential,
  type SequentialBackwardOptions,
  type SequentialForwardOptions,
} from './sequential';
export type { SharedHandle } from './share/handle';
export type {
  LoadStateDictOptions,
  LoadStateDictResult,
  StateDict,
  StateDictLike,
  StateValue,
} from './state-dict';
export {
  type Batches,
  type UpdateBatchNormStatsOptions,
  updateBatchNormStats,
} from './update-batch-norm-stats';
