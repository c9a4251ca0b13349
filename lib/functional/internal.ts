// What the modules build on; what users call is in index.ts.
export { type ActivationName, checkActivation, checkNegativeSlope } from './activation';
export type { Arrange } from './arrange';
export { arrangeGroups, checkNumGroups, refuseOneValue } from './arrange-groups';
export { arrangeInstances } from './arrange-instances';
export { arrangeRows } from './arrange-rows';
export { countSets } from './arranged';
export { type BackwardCall, backward, type InputGradients } from './backward';
export {
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
} from './batch-norm-forward';
export type { Caller } from './caller';
export { ChannelMoments } from './channel-moments';
export { collapse } from './collapse';
export { forwardInstances } from './instance-norm-forward';
export type { Keeper } from './keeper';
export { Kept } from './kept';
export { KeptMask } from './kept-mask';
export { readNormalizedShape } from './normalized-shape';
export { optional } from './optional';
export { checkEps, checkMomentum, checkOptionalEps } from './options';
export { coincides, overlaps } from './overlap';
export type { Parameters } from './parameters';
export { backwardSamples } from './sample-backward';
export { forwardSamples } from './sample-forward';
export { newStatistics, perChannel, type Statistics } from './statistics';
export { checkStatus } from './status';
