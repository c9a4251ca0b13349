import './installed';
import { register } from './register';

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
export { register, restore } from './register';
export { type VariablesOptions, variables } from './variables';

register();
