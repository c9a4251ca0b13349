// What the modules build on; what users call is in index.ts.
export { type ActivationName, checkActivation, checkNegativeSlope } from './activation';
export type { Arrange } from './arrange';
export { arrangeGroups, checkNumGroups, refuseOneValue } from './arrange-groups';
export { arrangeInstances } from './arrange-instances';
export { arrangeRows } from './arrange-rows';
export { type Arranged, countSets } from './arranged';
export { batchPass, runningPass } from './async/batch-norm-passes';
export type { Passed, PassOptions } from './async/forward-pass';
export { responsePass } from './async/response-pass';
export { samplePass } from './async/sample-pass';
export { type BackwardCall, backward, type InputGradients } from './backward';
export {
  checkBatchCall,
  checkRunningCall,
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
  type RunningCall,
  updateFromBatch,
} from './batch-norm-forward';
export type { Caller } from './caller';
export { ChannelMoments } from './channel-moments';
export { channelsHint } from './channels-hint';
export { type Collapsed, collapse } from './collapse';
export { type Described, describe } from './described';
export {
  beginInstances,
  forwardInstances,
  type InstanceForwardCall,
  type InstancePass,
  updateFromInstances,
} from './instance-norm-forward';
export type { Keeper, KeptPass } from './keeper';
export { Kept } from './kept';
export { KeptMask } from './kept-mask';
export { liesIn } from './like-input';
export { readNormalizedShape } from './normalized-shape';
export { optional } from './optional';
export { checkBatchNormEps, checkEps, checkMomentum, checkOptionalEps } from './options';
export { coincides, overlaps } from './overlap';
export type { Parameters } from './parameters';
export { backwardResponses } from './response-backward';
export {
  checkResponseOutput,
  collapseResponses,
  forwardResponses,
  type ResponseForwardCall,
} from './response-forward';
export {
  type ResponseOptions,
  type ResponseSettings,
  readResponseSettings,
  responseOptions,
} from './response-settings';
export { backwardSamples } from './sample-backward';
export { checkSampleOutput, forwardSamples, type SampleForwardCall } from './sample-forward';
export {
  newStatistics,
  perChannel,
  requireRunning,
  type Statistics,
  takeRunning,
} from './statistics';
export { checkStatus } from './status';
export { listed, type Taker } from './taker';
