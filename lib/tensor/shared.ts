import { types } from 'node:util';
import { ArgumentError } from '../errors';
import type { DType, FloatArray } from './dtype';

const { get: bufferOf } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Float32Array.prototype),
  'buffer',
) as { get(this: unknown): ArrayBufferLike };

/**
 * Whether an array lies in a SharedArrayBuffer, whatever properties of its own it claims to have.
 *
 * @internal
 */
export function isShared(array: ArrayBufferView): boolean {
  return types.isTypedArray(array) && types.isSharedArrayBuffer(bufferOf.call(array));
}

/**
 * Zeroed memory that threads share, for `size` elements, or an error that says how much was asked
 * for.
 *
 * @internal
 */
export function allocateShared(dtype: DType, size: number): FloatArray {
  return dtype === 'float32'
    ? new Float32Array(sharedBytes(4 * size))
    : new Float64Array(sharedBytes(8 * size));
}

/**
 * The same of bytes.
 *
 * @internal
 */
export function sharedBytes(bytes: number): SharedArrayBuffer {
  try {
    return new SharedArrayBuffer(bytes);
  } catch (cause) {
    throw new ArgumentError(`cannot allocate ${bytes} bytes of shared memory`, { cause });
  }
}
