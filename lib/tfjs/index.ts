import './installed';
import { register } from './register';

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
export {
  batchNorm,
  type DataFormatOptions,
  groupNorm,
  instanceNorm,
  layerNorm,
  type ModuleBatchNormOptions,
  rmsNorm,
} from './modules';
export { register, restore } from './register';
export { type VariablesOptions, variables } from './variables';

register();
