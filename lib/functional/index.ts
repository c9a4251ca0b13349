export type { ActivationName } from './activation';
export {
  type BatchNormFunctionOptions,
  batchNorm,
} from './batch-norm';
export {
  type BatchNormBackwardOptions,
  type BatchNormGradients,
  batchNormBackward,
} from './batch-norm-backward';
export { type Moments, moments } from './moments';
