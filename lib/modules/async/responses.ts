import {
  forwardResponses,
  Kept,
  newStatistics,
  type ResponseForwardCall,
  responsePass,
} from '../../functional/internal';
import type { AsyncForwardArguments } from '../pass-options';
import type { Done } from './call-module';
import { passKeeping } from './pass-keeping';
import { keeping } from './samples';

/** A pass that normalizes local responses, off the event loop; the call is checked. */
export async function responsesAsync(
  kept: Kept,
  call: ResponseForwardCall,
  { signal, ownsInput }: AsyncForwardArguments,
): Promise<Done> {
  const how = { signal, keeps: call.kept !== null, ownsInput };
  return keeping(kept, call, await responsePass(call, how), newStatistics(0));
}

/** The same at once; its changes are left to the net that it is inside. */
export function responsesInNet(kept: Kept, call: ResponseForwardCall): Done {
  const passed = passKeeping(call, new Kept(0), forwardResponses);
  return keeping(kept, call, passed, newStatistics(0));
}
