import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Whether this process has been asked to end; a second time ends it at once. */
export class Interruption {
  #signal: (typeof signals)[number] | null = null;
  readonly #onSignal = (signal: (typeof signals)[number]): void => {
    if (this.#signal !== null) process.exit(exitCodeOf(signal));
    this.#signal = signal;
  };

  constructor() {
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** The exit code that shells expect, 128 and the signal's number; null where there was none. */
  get exitCode(): number | null {
    return this.#signal === null ? null : exitCodeOf(this.#signal);
  }

  ignore(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
}

function exitCodeOf(signal: (typeof signals)[number]): number {
  return 128 + constants.signals[signal];
}
