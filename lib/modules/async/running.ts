import {
  type Collapsed,
  type ForwardCall,
  forwardWithRunningStatistics,
  Kept,
  newStatistics,
  type Passed,
  type PassOptions,
  type RunningCall,
  runningPass,
  takeRunning,
} from '../../functional/internal';
import type { Done } from './call-module';
import { passKeeping } from './pass-keeping';

/**
 * A pass with running statistics, off the event loop; the call is checked. Where nothing of it is
 * kept for backward, `clear` lets go of what was.
 */
export async function runningAsync(
  call: ForwardCall,
  collapsed: Collapsed,
  options: PassOptions,
  clear: () => void,
): Promise<Done> {
  const { used, ...passed } = await runningPass(call as RunningCall, collapsed, options);
  return done(call, passed, used, clear);
}

/** The same at once; its changes are left to the net that it is inside. */
export function runningInNet(call: ForwardCall, clear: () => void): Done {
  const passed = passKeeping(call, new Kept(0), forwardWithRunningStatistics);
  return done(call, passed, call as RunningCall, clear);
}

function done(
  { kept, residual }: ForwardCall,
  passed: Passed,
  { runningMean, runningVar, eps }: RunningCall,
  clear: () => void,
): Done {
  const { input, mask } = passed;
  const statistics = newStatistics(kept === null ? 0 : runningMean.size);
  if (kept !== null) takeRunning(statistics, runningMean, runningVar, eps);
  const left = { input, statistics, usedBatchStatistics: false, hadResidual: residual !== null };
  return {
    ...passed,
    commit: {
      check: () => {},
      apply: (isLatest) => {
        if (!isLatest) return;
        if (kept === null) clear();
        else kept.take({ ...left, mask });
      },
    },
  };
}
