import fastq from 'fastq';
import { errors } from './errors.mjs';

/** Runs `concurrency` tasks at a time and lets `length` others wait; more are refused at once. */
export class Queue {
  #queue;
  #length;

  constructor({ concurrency, length }) {
    this.#queue = fastq.promise((task) => task(), concurrency);
    this.#length = length;
  }

  get running() {
    return this.#queue.running();
  }

  get waiting() {
    return this.#queue.length();
  }

  /** @throws errors.Overloaded where a further task would be refused */
  check() {
    const isBusy = this.running >= this.#queue.concurrency;
    if (isBusy && this.waiting >= this.#length) throw new errors.Overloaded();
  }

  async run(task) {
    this.check();
    return this.#queue.push(task);
  }
}
