import './installed';

export { batchNorm, type ModuleBatchNormOptions } from './batch-norm';
export {
  type BatchNormalizationArgs,
  fromModule,
  type GroupNormalizationArgs,
  type LayerNormalizationArgs,
  layers,
  loadStateDict,
  stateDict,
  toModule,
} from './layers';
export { type VariablesOptions, variables } from './variables';
