const stateSize = 624;
const shift = 397;

/**
 * The Mersenne Twister of Matsumoto and Nishimura (1998), the engine of PyTorch's CPU generator.
 *
 * @internal
 */
export class Mt19937 {
  readonly #state = new Uint32Array(stateSize);
  #next = stateSize;

  /** Only the low 32 bits of `seed` count, as in PyTorch. */
  constructor(seed: number) {
    const state = this.#state;
    let previous = seed % 2 ** 32;
    state[0] = previous;
    for (let i = 1; i < stateSize; i++) {
      previous = (Math.imul(1812433253, previous ^ (previous >>> 30)) + i) >>> 0;
      state[i] = previous;
    }
  }

  /** The next 32 random bits. */
  next(): number {
    if (this.#next === stateSize) this.#twist();
    let y = this.#state[this.#next++] as number;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < stateSize; i++) {
      const next = state[(i + 1) % stateSize] as number;
      const y = ((state[i] as number) & 0x80000000) | (next & 0x7fffffff);
      const far = state[(i + shift) % stateSize] as number;
      state[i] = far ^ (y >>> 1) ^ (next & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
