export type { ActivationName } from './activation';
export * from './async';
export {
  type BatchNormFunctionOptions,
  batchNorm,
} from './batch-norm';
export {
  type BatchNormBackwardOptions,
  type BatchNormGradients,
  batchNormBackward,
} from './batch-norm-backward';
export { type GroupNormFunctionOptions, groupNorm } from './group-norm';
export {
  type GroupNormBackwardOptions,
  type GroupNormGradients,
  groupNormBackward,
} from './group-norm-backward';
export { type InstanceNormFunctionOptions, instanceNorm } from './instance-norm';
export {
  type InstanceNormBackwardOptions,
  type InstanceNormGradients,
  instanceNormBackward,
} from './instance-norm-backward';
export { type LayerNormFunctionOptions, layerNorm } from './layer-norm';
export {
  type LayerNormBackwardOptions,
  type LayerNormGradients,
  layerNormBackward,
} from './layer-norm-backward';
export {
  type LocalResponseNormFunctionOptions,
  localResponseNorm,
} from './local-response-norm';
export {
  type LocalResponseNormBackwardOptions,
  type LocalResponseNormGradients,
  localResponseNormBackward,
} from './local-response-norm-backward';
export { type Moments, moments } from './moments';
export { type RMSNormFunctionOptions, rmsNorm } from './rms-norm';
export {
  type RMSNormBackwardOptions,
  type RMSNormGradients,
  rmsNormBackward,
} from './rms-norm-backward';
