import { ArgumentError } from '../errors';
import { Status } from '../native';

/** Turns what the addon returned into an error; every argument has been checked before. */
export function checkStatus(caller: string, status: Status): void {
  if (status === Status.ok) return;
  if (status === Status.outOfMemory) throw new ArgumentError(`${caller}: out of memory`);
  throw new ArgumentError(`${caller}: the addon refused the call (${Status[status]})`);
}
