import { Activation } from '../../native';
import { machineEpsilon } from '../options';
import { giveSamples, type SampleForwardCall } from '../sample-forward';
import type { Statistics } from '../statistics';
import { listed } from '../taker';
import { type Passed, type PassOptions, passOffLoop } from './forward-pass';
import { withOwnParameters } from './own-parameters';

/** Normalizes each sample by itself, with statistics that it writes down; the call is checked. */
export async function samplePass(
  call: SampleForwardCall,
  statistics: Statistics,
  options: PassOptions,
): Promise<Passed> {
  const { caller, arranged, out } = call;
  const { input, memoryFormat, outputFormat } = arranged;
  const eps = call.eps ?? machineEpsilon(input.dtype);
  const own = withOwnParameters(caller.name, call);
  const tensors = { caller: caller.name, input, memoryFormat, outputFormat, out };
  const unfused = { residual: null, activation: Activation.none };
  return passOffLoop({ ...tensors, ...unfused }, options, 'groupNormForward', ({ x, y }) =>
    giveSamples(listed, own, arranged, x, y, eps, statistics),
  );
}
