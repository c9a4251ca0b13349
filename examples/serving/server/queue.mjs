import fastq from 'fastq';
import { errors } from './errors.mjs';

/** Runs `concurrency` tasks at a time and lets `length` others wait; more are refused at once. */
export class Queue {
  #queue;
  #places;
  #taken = 0;

  constructor({ concurrency, length }) {
    this.#queue = fastq.promise((task) => task(), concurrency);
    this.#places = concurrency + length;
  }

  get running() {
    return this.#queue.running();
  }

  get waiting() {
    return this.#queue.length();
  }

  /**
   * A place for one task, which may still be on its way: what it needs takes memory already.
   *
   * @throws errors.Overloaded where all are taken
   */
  take() {
    if (this.#taken >= this.#places) throw new errors.Overloaded();
    this.#taken++;
    let isUsed = false;
    return {
      /** Runs the task in its turn, and gives the place back. */
      run: async (task) => {
        isUsed = true;
        try {
          return await this.#queue.push(task);
        } finally {
          this.#taken--;
        }
      },
      /** Gives the place back where no task has come. */
      leave: () => {
        if (!isUsed) this.#taken--;
        isUsed = true;
      },
    };
  }
}
