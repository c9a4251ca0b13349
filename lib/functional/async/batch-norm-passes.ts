import {
  type ForwardCall,
  giveBatchCall,
  giveRunningCall,
  type RunningCall,
} from '../batch-norm-forward';
import type { Collapsed } from '../collapse';
import type { Statistics } from '../statistics';
import { listed } from '../taker';
import { type Passed, type PassOptions, type PassTensors, passOffLoop } from './forward-pass';
import { withOwnParameters } from './own-parameters';

/** Normalizes with the batch's statistics, which it writes to `statistics`; the call is checked. */
export async function batchPass(
  call: ForwardCall,
  collapsed: Collapsed,
  statistics: Statistics,
  options: PassOptions,
): Promise<Passed> {
  const own = withOwnParameters(call.caller.name, call);
  return passOffLoop(tensorsOf(call), options, 'batchNormTrain', ({ x, y, residual }, mask) =>
    giveBatchCall(listed, own, collapsed, x, y, residual, mask, statistics),
  );
}

/** What a pass with running statistics has done. */
export interface RunningPassed extends Passed {
  /** What it normalized with. */
  readonly used: RunningCall;
}

/** Normalizes with running statistics as they are now; the call is checked. */
export async function runningPass(
  call: RunningCall,
  collapsed: Collapsed,
  options: PassOptions,
): Promise<RunningPassed> {
  const used = withOwnParameters(call.caller.name, call);
  const passed = await passOffLoop(
    tensorsOf(call),
    options,
    'batchNormEval',
    ({ x, y, residual }, mask) => giveRunningCall(listed, used, collapsed, x, y, residual, mask),
  );
  return { ...passed, used };
}

function tensorsOf(call: ForwardCall): PassTensors {
  const { caller, input, memoryFormat, residual, out, activation } = call;
  return { caller: caller.name, input, memoryFormat, residual, out, activation };
}
