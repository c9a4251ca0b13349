import { types } from 'node:util';
import { overlapping } from '../overlapping';

/** Copies of arrays in memory of their own, in which those that overlap overlap again. */
export class CopiedMemory {
  readonly #groups = new Map<ArrayBufferView, readonly ArrayBufferView[]>();
  readonly #copies = new Map<ArrayBufferView, ArrayBufferView>();

  /** @param arrays All that are to be copied. */
  constructor(arrays: Iterable<ArrayBufferView>) {
    for (const group of overlapping(arrays)) {
      for (const array of group) this.#groups.set(array, group);
    }
  }

  /** Says that a copy of an array is there already: those that lie inside it will lie there. */
  add(array: ArrayBufferView, copy: ArrayBufferView): void {
    this.#copies.set(array, copy);
  }

  copyOf<T extends ArrayBufferView>(array: T): T {
    const copy = this.#copies.get(array) ?? this.#copy(array);
    this.#copies.set(array, copy);
    return copy as T;
  }

  #copy(array: ArrayBufferView): ArrayBufferView {
    const around = this.#around(array);
    return viewLike(
      array,
      around.buffer,
      around.byteOffset + array.byteOffset - around.of.byteOffset,
    );
  }

  /** The copy of memory that an array lies in, and the array whose copy it is. */
  #around(array: ArrayBufferView): {
    buffer: ArrayBufferLike;
    byteOffset: number;
    of: ArrayBufferView;
  } {
    const group = this.#groups.get(array) ?? [array];
    const isInside = (outer: ArrayBufferView) =>
      outer.byteOffset <= array.byteOffset && endOf(outer) >= endOf(array);
    const made = group.find((outer) => this.#copies.has(outer) && isInside(outer));
    if (made !== undefined) {
      const { buffer, byteOffset } = this.#copies.get(made) as ArrayBufferView;
      return { buffer, byteOffset, of: made };
    }
    // All of the group, for the next of its arrays.
    const [first] = group as [ArrayBufferView];
    const end = Math.max(...group.map(endOf));
    const all = new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
    // Elements must stay at multiples of their size.
    const byteOffset = first.byteOffset % 8;
    const bytes = new Uint8Array(new ArrayBuffer(byteOffset + all.length));
    bytes.set(all, byteOffset);
    const copy = bytes.subarray(byteOffset);
    this.#groups.set(array, [...group, all]);
    for (const each of group) this.#groups.set(each, [all, ...group]);
    this.#copies.set(all, copy);
    return { buffer: copy.buffer, byteOffset, of: all };
  }
}

function endOf({ byteOffset, byteLength }: ArrayBufferView): number {
  return byteOffset + byteLength;
}

function viewLike(
  array: ArrayBufferView,
  buffer: ArrayBufferLike,
  byteOffset: number,
): ArrayBufferView {
  const Class = array.constructor as new (...args: unknown[]) => ArrayBufferView;
  if (Buffer.isBuffer(array)) return Buffer.from(buffer as ArrayBuffer, byteOffset, array.length);
  const length = types.isDataView(array) ? array.byteLength : (array as Uint8Array).length;
  return new Class(buffer, byteOffset, length);
}
