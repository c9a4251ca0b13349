import './installed';

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
