/** Adds up the time that some work takes and the bytes that it reads and writes. */
export class Clock {
  #seconds = 0;
  #bytes = 0;

  /** Runs `work`, which reads one array and writes another of `bytes` bytes each. */
  time(bytes, work) {
    const start = process.hrtime.bigint();
    const result = work();
    this.#seconds += Number(process.hrtime.bigint() - start) / 1e9;
    this.#bytes += 2 * bytes;
    return result;
  }

  get seconds() {
    return this.#seconds;
  }

  get gigabytesPerSecond() {
    return this.#bytes / this.#seconds / 1e9;
  }
}
