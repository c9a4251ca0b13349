import { Activation } from '../native';
import type { FloatArray } from '../tensor/dtype';
import { Tensor } from '../tensor/tensor';
import { allocateUninitialized } from '../tensor/uninitialized';
import type { Keeper, KeptPass } from './keeper';
import { overlaps } from './overlap';
import { newStatistics, type Statistics } from './statistics';

/** What a forward pass leaves for backward, in memory that the next one uses again. */
export class Kept implements Keeper {
  /** What it normalized with. */
  statistics: Statistics;
  /** Whether these are the batch's own. */
  usedBatchStatistics = false;
  /** Whether it added a residual. */
  hadResidual = false;
  /** Its input; null where there is no pass to go backward through. */
  input: Tensor | null = null;
  /** A bit for each element: whether the gradient passes the activation unchanged. */
  mask: Uint8Array | null = null;
  // Where the input went that the output replaced.
  #copy: FloatArray | null = null;

  constructor(channels: number) {
    this.statistics = newStatistics(channels);
  }

  /** Room for this many statistics: that of the pass before where it had as many. */
  roomForStatistics(count: number): Statistics {
    return this.statistics.mean.length === count ? this.statistics : newStatistics(count);
  }

  /**
   * Forgets the pass before and makes room for a new one, whose arguments are checked. Returns the
   * input as backward will find it: a copy where `output` is the same memory.
   */
  start(input: Tensor, output: Tensor, activation: Activation): Tensor {
    const { size } = input;
    const inPlace = size > 0 && overlaps(input.data, output.data);
    const copy = inPlace ? roomFor(input, this.#copy) : null;
    const mask = activation === Activation.none ? null : maskFor(size, this.mask);
    // What can fail for want of memory is done: from here on the pass before is lost.
    this.input = null;
    this.#copy = copy;
    this.mask = mask;
    if (copy === null) return input;
    const data = copy.length === size ? copy : copy.subarray(0, size);
    data.set(input.data);
    return new Tensor(data, input.shape, input.memoryFormat);
  }

  /** Remembers a pass that has succeeded; `input` is what `start` returned. */
  finish(
    input: Tensor,
    statistics: Statistics,
    usedBatchStatistics: boolean,
    hadResidual: boolean,
  ): void {
    this.input = input;
    this.statistics = statistics;
    this.usedBatchStatistics = usedBatchStatistics;
    this.hadResidual = hadResidual;
  }

  take({ input, statistics, usedBatchStatistics, hadResidual, mask }: KeptPass): void {
    this.finish(input, statistics, usedBatchStatistics, hadResidual);
    this.mask = mask;
  }

  /** Lets go of everything, for a pass that nothing goes backward through. */
  clear(): void {
    this.input = null;
    this.#copy = null;
    this.mask = null;
  }
}

function roomFor(input: Tensor, before: FloatArray | null): FloatArray {
  const fits =
    before !== null &&
    before.length >= input.size &&
    before.BYTES_PER_ELEMENT === input.data.BYTES_PER_ELEMENT;
  return fits ? before : allocateUninitialized(input.dtype, input.size);
}

/** Whole words of 64 bits and one more, as the kernels read and write them. */
export function maskFor(size: number, before: Uint8Array | null): Uint8Array {
  const bytes = Math.ceil(size / 64) * 8 + 8;
  return before !== null && before.length >= bytes ? before : new Uint8Array(bytes);
}
