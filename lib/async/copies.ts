import { types } from 'node:util';
import type { ByteArray, FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import { changingFormat, type MemoryFormat } from '../tensor/memory-format';
import { refuseAborted } from './signal';
import { inSlices } from './slices';

type Elements = FloatArray | ByteArray | Uint16Array;

/** An array that may be taken away between two turns of the event loop. */
export interface Lent<Array extends Elements = Elements> {
  /** What errors call it. */
  readonly name: string;
  readonly data: Array;
  readonly size: number;
}

/** Elements of a step: few enough to be copied, or turned into another order, in some 100 us. */
const stepElements = 2 ** 16;

/** Copies and converts all elements; what fits one step without a turn of the event loop. */
export function copyInSlices(
  caller: string,
  from: Lent,
  to: Lent<FloatArray | Uint8Array | Uint16Array>,
  signal: AbortSignal | null,
): Promise<void> {
  let at = 0;
  return stepByStep(from.size, () => {
    refuseAborted(signal);
    requireElements(caller, from);
    requireElements(caller, to);
    const end = Math.min(at + stepElements, from.size);
    partOf(to.data, at, end).set(partOf(from.data, at, end));
    at = end;
    return at === from.size;
  });
}

/** Copies the elements of `shape`, which lie in the other memory format, into `to` in `format`. */
export function changeFormatInSlices(
  caller: string,
  from: Lent<FloatArray>,
  to: Lent<FloatArray>,
  shape: readonly number[],
  format: MemoryFormat,
  signal: AbortSignal | null,
): Promise<void> {
  const steps = changingFormat(from.data, to.data, shape, format, stepElements);
  return stepByStep(from.size, () => {
    refuseAborted(signal);
    requireElements(caller, from);
    requireElements(caller, to);
    return steps.next().done === true;
  });
}

async function stepByStep(size: number, step: () => boolean): Promise<void> {
  // A detached array cannot be read, even where it should hold nothing.
  if (size === 0) return;
  if (size <= stepElements && step()) return;
  await inSlices(step);
}

/** Refuses memory that is gone, whatever length an array claims to have. */
export function requireElements(caller: string, { name, data, size }: Lent): void {
  requireMemory(caller, name, { length: lengthOf.call(data) }, size);
}

// An array may have a property of its own of that name, or a `subarray` that runs a caller's code.
const properties = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(Float32Array.prototype));
const { get: lengthOf } = properties.length as { get(this: unknown): number };
const { get: offsetOf } = properties.byteOffset as { get(this: unknown): number };
export const { get: bufferOf } = properties.buffer as { get(this: unknown): ArrayBuffer };

function partOf(array: Elements, from: number, to: number): FloatArray | Uint8Array | Uint16Array {
  const Type = typeOf(array);
  const start = offsetOf.call(array) + from * Type.BYTES_PER_ELEMENT;
  return new Type(bufferOf.call(array), start, to - from);
}

function typeOf(array: Elements) {
  if (types.isFloat32Array(array)) return Float32Array;
  if (types.isFloat64Array(array)) return Float64Array;
  return types.isUint16Array(array) ? Uint16Array : Uint8Array;
}
