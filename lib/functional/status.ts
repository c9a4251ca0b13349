import { ArgumentError } from '../errors';
import { Status } from '../native';

/** Turns what the addon returned into an error; every argument has been checked before. */
export function checkStatus(caller: string, status: Status): void {
  if (status === Status.ok) return;
  if (status === Status.outOfMemory) throw new ArgumentError(`${caller}: out of memory`);
  if (status === Status.misaligned) {
    throw new ArgumentError(
      `${caller}: an array starts at an address that is no multiple of its element size: copy it ` +
        'into one of its own',
    );
  }
  throw new ArgumentError(`${caller}: the addon refused the call (${Status[status]})`);
}
