// What the modules build on; what users call is in index.ts.
export { type ActivationName, checkActivation, checkNegativeSlope } from './activation';
export { backward, type InputGradients } from './backward';
export {
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
} from './batch-norm-forward';
export type { Caller } from './caller';
export { ChannelMoments } from './channel-moments';
export { collapse } from './collapse';
export { Kept } from './kept';
export { optional } from './optional';
export { checkEps, checkMomentum } from './options';
export { overlaps } from './overlap';
export type { Parameters } from './parameters';
export type { Statistics } from './statistics';
