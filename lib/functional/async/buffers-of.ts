import { bufferOf } from '../../async/copies';
import type { Running } from '../parameters';

/** The memory of running statistics, on which calls have their turns. */
export function buffersOf({ runningMean, runningVar }: Running): ReadonlySet<object> {
  const tensors = [runningMean, runningVar].filter((tensor) => tensor !== null);
  return new Set(tensors.map(({ data }) => bufferOf.call(data)));
}
