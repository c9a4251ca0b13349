import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
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
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) =>
      this.#fail(new Error(`a training thread ended with ${code}`)),
    );
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

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#settle?.reject(this.#failure);
  }
}
