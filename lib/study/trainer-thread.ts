import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StudyError } from './study-error';
import type { Trainer, TrainerOptions } from './trainer';

/** What a thread can be asked for. */
type Method =
  | 'train'
  | 'times'
  | 'evaluate'
  | 'snapshot'
  | 'restore'
  | 'beginTrial'
  | 'trainTrial'
  | 'endTrial';

export interface Request {
  readonly method: Method;
  readonly argument: unknown;
}

/** A Trainer in a thread of its own, of which one thing is asked at a time. */
export class TrainerThread {
  readonly #worker: Worker;
  #settle: { resolve: (value: never) => void; reject: (error: Error) => void } | null = null;
  #failure: Error | null = null;

  constructor(options: TrainerOptions) {
    this.#worker = new Worker(join(__dirname, 'worker.js'), { workerData: options });
    this.#worker.on('message', (value) => this.#settle?.resolve(value as never));
    const which = options.isNormalized ? 'with batch norm' : 'without batch norm';
    this.#worker.on('error', (error) => this.#fail(which, String(error)));
    this.#worker.on('exit', (code) => this.#fail(which, `exit code ${code}`));
  }

  call<M extends Method>(
    method: M,
    ...[argument]: Parameters<Trainer[M]>
  ): Promise<ReturnType<Trainer[M]>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      this.#settle = { resolve, reject };
      this.#worker.postMessage({ method, argument } satisfies Request);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(which: string, reason: string): void {
    this.#failure ??= new StudyError(
      `the thread of the network ${which} ended: ${reason}; what --checkpoint DIR has kept goes on with --resume`,
    );
    this.#settle?.reject(this.#failure);
  }
}
