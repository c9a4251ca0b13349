import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** What else happens at a signal. */
export interface InterruptionWatcher {
  onInterrupted(): void;
  /** Before the process ends at once. */
  stop(): void;
}

/** Whether this process has been asked to end; a second time ends it at once. */
export class Interruption {
  #signal: (typeof signals)[number] | null = null;
  readonly #onSignal = (signal: (typeof signals)[number]): void => {
    if (this.#signal !== null) {
      this.#watcher?.stop();
      process.exit(exitCodeOf(signal));
    }
    this.#signal = signal;
    this.#watcher?.onInterrupted();
  };
  #watcher: InterruptionWatcher | null = null;

  constructor() {
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** The exit code that shells expect, 128 and the signal's number; null where there was none. */
  get exitCode(): number | null {
    return this.#signal === null ? null : exitCodeOf(this.#signal);
  }

  tell(watcher: InterruptionWatcher): void {
    this.#watcher = watcher;
  }

  ignore(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
}

function exitCodeOf(signal: (typeof signals)[number]): number {
  return 128 + constants.signals[signal];
}
