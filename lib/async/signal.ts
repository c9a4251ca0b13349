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

/** What is to be done about the calls of one signal. */
interface Listening {
  readonly acts: Set<() => void>;
  readonly tell: () => void;
}

// One listener for all calls of a signal: Node.js warns of a leak where there are more than ten.
const listening = new WeakMap<AbortSignal, Listening>();

/** Does `act` once the signal is aborted, until what it returns is called. */
export function whenAborted(signal: AbortSignal | null, act: () => void): () => void {
  if (signal === null) return () => {};
  const { acts, tell } = listening.get(signal) ?? listen(signal);
  acts.add(act);
  return () => {
    acts.delete(act);
    if (acts.size > 0 || listening.get(signal)?.acts !== acts) return;
    listening.delete(signal);
    signal.removeEventListener('abort', tell);
  };
}

function listen(signal: AbortSignal): Listening {
  const acts = new Set<() => void>();
  const tell = () => {
    for (const act of acts) act();
  };
  listening.set(signal, { acts, tell });
  signal.addEventListener('abort', tell, { once: true });
  return { acts, tell };
}

/** Settles as `promise` does, or as soon as the signal is aborted, with its reason. */
export async function unlessAborted(
  promise: Promise<void>,
  signal: AbortSignal | null,
): Promise<void> {
  let forget = () => {};
  const aborted = new Promise<void>((_, reject) => {
    forget = whenAborted(signal, () => reject(signal?.reason));
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    forget();
  }
}
