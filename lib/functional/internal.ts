// What the modules build on; what users call is in index.ts.
export { backward } from './backward';
export {
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
} from './batch-norm-forward';
export type { Caller } from './caller';
export { optional } from './optional';
export { checkEps, checkMomentum } from './options';
export { newStatistics, type Statistics } from './statistics';
