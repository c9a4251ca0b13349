import { native } from '../native';
import { allocate, type DType, type FloatArray } from './dtype';

/** Below this zeroing costs less than Node.js's way to leave it out. */
const smallest = 16 * 1024;

/** Two huge pages: less may not hold a whole one. */
const huge = 4 * 1024 * 1024;

let keepsFreedMemory = false;

/**
 * Memory for `size` elements that may hold what other memory held before: only for callers that
 * write every element before anyone else sees the array. It is an ordinary array of V8's, with a
 * buffer of its own that can be transferred.
 *
 * @internal
 */
export function allocateUninitialized<D extends DType>(dtype: D, size: number): FloatArray<D>;
export function allocateUninitialized(dtype: DType, size: number): FloatArray {
  const Type = dtype === 'float32' ? Float32Array : Float64Array;
  const bytes = size * Type.BYTES_PER_ELEMENT;
  if (bytes < smallest) return allocate(dtype, size);
  if (!keepsFreedMemory) {
    native.keepFreedMemory();
    keepsFreedMemory = true;
  }
  const buffer = uninitializedBuffer(bytes);
  if (buffer === null) return allocate(dtype, size);
  if (bytes >= huge) native.adviseHugePages(buffer);
  return new Type(buffer);
}

/** Null where Node.js has no such memory: a Buffer is at most 4 GB in Node.js 20. */
function uninitializedBuffer(bytes: number): ArrayBuffer | null {
  try {
    return Buffer.allocUnsafeSlow(bytes).buffer as ArrayBuffer;
  } catch {
    return null;
  }
}
