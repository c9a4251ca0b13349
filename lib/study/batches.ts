import { Mt19937 } from '../tensor/mt19937';

/**
 * Which images each step takes: in each epoch all of them once, in an order of its own, but for the
 * last ones where they are no whole batch. It depends on the seed and the epoch alone, so that any
 * step can be the first.
 */
export class Batches {
  readonly #count: number;
  readonly #size: number;
  readonly #seed: number;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  /** @param size - of a batch; at most `count` */
  constructor(count: number, size: number, seed: number) {
    this.#count = count;
    this.#size = size;
    this.#seed = seed;
  }

  /** The images of a step, from 0 on. */
  at(step: number): Uint32Array {
    const perEpoch = Math.floor(this.#count / this.#size);
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== this.#epoch) {
      this.#order = permutation(this.#count, seedOf(this.#seed, epoch));
      this.#epoch = epoch;
    }
    const first = (step % perEpoch) * this.#size;
    return this.#order.subarray(first, first + this.#size);
  }
}

/** Apart for each pair, for 2^32 / phi is odd; the first weights have `seed` itself. */
function seedOf(seed: number, epoch: number): number {
  return (seed + Math.imul(epoch + 1, 0x9e3779b9)) >>> 0;
}

/** 0 ... count - 1 in some order, each order as likely (Fisher and Yates). */
function permutation(count: number, seed: number): Uint32Array {
  const random = new Mt19937(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((random.next() / 2 ** 32) * (i + 1));
    const value = order[i] as number;
    order[i] = order[j] as number;
    order[j] = value;
  }
  return order;
}
