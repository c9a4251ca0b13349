import { types } from 'node:util';
import type { FloatArray } from '../../tensor/dtype';
import { allocateBytes } from '../../tensor/shared';
import { overlapping } from '../overlapping';

// A cache line, so that threads which write different arrays do not wait for each other.
const alignment = 64;

type Movable = FloatArray | BigInt64Array;

/** Where arrays have gone. */
export interface Moved {
  /** Undefined where the array has not moved. */
  get<T extends Movable>(array: T): T | undefined;
}

/** Copies arrays into one block of shared memory, in which those that overlap overlap again. */
export function moveIntoShared(arrays: Iterable<Movable>): Moved {
  const offsets = new Map<Movable, number>();
  let bytes = 0;
  for (const group of overlapping(arrays)) {
    const begin = group[0]?.byteOffset ?? 0;
    // Elements must stay at multiples of their size.
    const start = bytes + (begin % BigInt64Array.BYTES_PER_ELEMENT);
    for (const array of group) offsets.set(array, start + array.byteOffset - begin);
    const end = Math.max(...group.map((array) => array.byteOffset + array.byteLength));
    bytes = Math.ceil((start + end - begin) / alignment) * alignment;
  }
  const copies = allocateBytes(bytes, (block) =>
    [...offsets].map(([array, offset]) => [array, copyTo(block, offset, array)] as const),
  );
  // Each copy is of the type of its array.
  return new Map(copies) as Moved;
}

function copyTo(block: SharedArrayBuffer, offset: number, array: Movable): Movable {
  const { length } = array;
  if (types.isBigInt64Array(array)) return fill(new BigInt64Array(block, offset, length), array);
  if (types.isFloat32Array(array)) return fill(new Float32Array(block, offset, length), array);
  return fill(new Float64Array(block, offset, length), array);
}

function fill<Value, Target extends { set(values: ArrayLike<Value>): void }>(
  target: Target,
  values: ArrayLike<Value>,
): Target {
  // A detached array cannot be read, even where it should hold nothing.
  if (values.length > 0) target.set(values);
  return target;
}
