/** The resident memory of this process over time, after garbage collection. */
export class Memory {
  #samples = [];

  sample() {
    globalThis.gc();
    this.#samples.push(process.memoryUsage.rss());
  }

  /** The median of the first and of the last fifth of the samples, in bytes. */
  get ends() {
    const fifth = Math.max(1, Math.floor(this.#samples.length / 5));
    return [median(this.#samples.slice(0, fifth)), median(this.#samples.slice(-fifth))];
  }

  /** How much more the last is than the first. */
  get growth() {
    const [first, last] = this.ends;
    return last / first - 1;
  }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
