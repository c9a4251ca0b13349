import { checkStatus } from '../functional/status';
import { type Native, native, type Operation, type Status } from '../native';
import { refuseAborted, whenAborted } from './signal';

/**
 * Runs an operation off the event loop. No other code may reach its arrays until then, unless they
 * are over shared memory; an abort is answered once no thread works on them any more.
 */
export function run<K extends Operation>(
  caller: string,
  operation: K,
  args: Parameters<Native[K]>,
  signal: AbortSignal | null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // It may have been aborted in the very turn of the event loop in which the call was made.
    refuseAborted(signal);
    let forget = () => {};
    const id = native.start(operation, args, (status: Status) => {
      try {
        forget();
        refuseAborted(signal);
        checkStatus(caller, status);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
    if (id < 0) checkStatus(caller, -id);
    forget = whenAborted(signal, () => native.abort(id));
  });
}
