/** A count of batches, PyTorch's int64 scalar. Threads that share its memory count together. */
export class Counter {
  #value = 0;
  #memory: BigInt64Array | null = null;

  get value(): number {
    return this.#memory === null ? this.#value : Number(Atomics.load(this.#memory, 0));
  }

  set value(value: number) {
    if (this.#memory === null) this.#value = value;
    else Atomics.store(this.#memory, 0, BigInt(value));
  }

  /** Adds one, of which none is lost where several threads do so. */
  increment(): void {
    if (this.#memory === null) this.#value++;
    else Atomics.add(this.#memory, 0, 1n);
  }

  /** The count in an array: the shared one, or a copy. */
  get memory(): BigInt64Array {
    return this.#memory ?? BigInt64Array.of(BigInt(this.#value));
  }

  /** Counts in shared memory from here on, from what it holds. */
  set memory(memory: BigInt64Array) {
    this.#memory = memory;
  }
}
