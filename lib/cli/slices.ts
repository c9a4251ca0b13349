import type { FileArray } from '../formats/array-file';
import type { Axes } from './layout';

/** Elements of one slice: 1 MB of float32. */
const most = 2 ** 18;

/** A part of an array: the same channels of each, side by side as (n, c, s). */
export interface Slice {
  readonly n: number;
  readonly s: number;
  /** Ranges of the file's elements that follow each other in the slice. */
  readonly ranges: readonly { readonly first: number; readonly count: number }[];
}

/**
 * An array, which is not empty, in slices of some 2^18 elements, which depend on its shape alone: blocks of (c, s), or
 * parts of one where it is larger, which have a range for each channel.
 */
export class Slices {
  readonly #axes: Axes;
  /** Blocks a slice; 0 where a block has several slices. */
  readonly #blocks: number;
  /** Values of each channel a slice, where a block has several. */
  readonly #values: number;

  constructor(axes: Axes) {
    const { c, s } = axes;
    this.#axes = axes;
    this.#values = Math.max(1, Math.floor(most / c));
    this.#blocks = Math.floor(most / (c * s));
    if (this.#values >= s) this.#blocks = Math.max(1, this.#blocks);
  }

  /** How many there are. */
  get count(): number {
    const { n } = this.#axes;
    return this.#blocks > 0 ? Math.ceil(n / this.#blocks) : n * this.#slicesOfBlock;
  }

  at(index: number): Slice {
    return this.#blocks > 0 ? this.#wholeBlocks(index) : this.#partOfBlock(index);
  }

  get #slicesOfBlock(): number {
    return Math.ceil(this.#axes.s / this.#values);
  }

  #wholeBlocks(index: number): Slice {
    const { n, c, s } = this.#axes;
    const first = index * this.#blocks;
    const blocks = Math.min(this.#blocks, n - first);
    return { n: blocks, s, ranges: [{ first: first * c * s, count: blocks * c * s }] };
  }

  #partOfBlock(index: number): Slice {
    const { c, s } = this.#axes;
    const block = Math.floor(index / this.#slicesOfBlock);
    const first = (index % this.#slicesOfBlock) * this.#values;
    const count = Math.min(this.#values, s - first);
    const ranges = Array.from({ length: c }, (_, channel) => ({
      first: (block * c + channel) * s + first,
      count,
    }));
    return { n: 1, s: count, ranges };
  }
}

/** `arrays` one after the other. */
export function concatenate(arrays: readonly FileArray[]): FileArray {
  const [first] = arrays as [FileArray];
  if (arrays.length === 1) return first;
  const Type = first.constructor as new (length: number) => FileArray;
  const all = new Type(arrays.reduce((length, array) => length + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
}
