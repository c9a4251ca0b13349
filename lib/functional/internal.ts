// What the modules build on; what users call is in index.ts.
export { type ActivationName, checkActivation, checkNegativeSlope } from './activation';
export { backward, type InputGradients } from './backward';
export {
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
} from './batch-norm-forward';
export type { Caller } from './caller';
export { collapse } from './collapse';
export { Kept } from './kept';
export { optional } from './optional';
export { checkEps, checkMomentum } from './options';
export type { Statistics } from './statistics';
