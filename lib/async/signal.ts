import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/** What every asynchronous call takes beside the options of the synchronous one. */
export interface AsyncOptions {
  /**
   * Stops the call: what has not begun does not, and the part of the work that is not done is left
   * out. The promise is then rejected with the signal's `reason`, and no running statistic, no
   * counter and nothing that is kept for `backward` has changed; what `out` holds is undefined.
   */
  signal?: AbortSignal | null | undefined;
}

/** Checks `signal`, and throws its reason where it is aborted already; null where there is none. */
export function readSignal(caller: string, signal: unknown): AbortSignal | null {
  if (signal === null || signal === undefined) return null;
  const { aborted, addEventListener, removeEventListener } = Object(signal);
  const isSignal =
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof removeEventListener === 'function';
  if (!isSignal) {
    throw new ArgumentError(`${caller}: signal should be an AbortSignal, got ${nameOf(signal)}`);
  }
  refuseAborted(signal as AbortSignal);
  return signal as AbortSignal;
}

/** Throws the reason of a signal that is aborted. */
export function refuseAborted(signal: AbortSignal | null): void {
  if (signal?.aborted) throw signal.reason;
}

/** Settles as `promise` does, or as soon as the signal is aborted, with its reason. */
export function unlessAborted(promise: Promise<void>, signal: AbortSignal | null): Promise<void> {
  if (signal === null) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
