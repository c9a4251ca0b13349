export {
  type BackwardOptions,
  BatchNorm,
  type ForwardOptions,
  type ResidualGradients,
} from './batch-norm';
export { BatchNorm1d } from './batch-norm-1d';
export { BatchNorm2d } from './batch-norm-2d';
export { BatchNorm3d } from './batch-norm-3d';
export type { BatchNormOptions } from './batch-norm-options';
export { Module } from './module';
export type {
  LoadStateDictOptions,
  LoadStateDictResult,
  StateDict,
  StateDictLike,
  StateValue,
} from './state-dict';
