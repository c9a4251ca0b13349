import { Activation } from '../../native';
import { giveResponses, type ResponseForwardCall } from '../response-forward';
import { listed } from '../taker';
import { type Passed, type PassOptions, passOffLoop } from './forward-pass';

/** Normalizes local responses; the call is checked. */
export async function responsePass(
  call: ResponseForwardCall,
  options: PassOptions,
): Promise<Passed> {
  const { name, input, out } = call;
  const { memoryFormat } = input;
  const tensors = { caller: name, input, memoryFormat, out };
  const unfused = { residual: null, activation: Activation.none };
  return passOffLoop({ ...tensors, ...unfused }, options, 'localResponseForward', ({ x, y }) =>
    giveResponses(listed, call, x, y),
  );
}
