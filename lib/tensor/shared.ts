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
export function allocateShared<D extends DType>(dtype: D, size: number): FloatArray<D>;
export function allocateShared(dtype: DType, size: number): FloatArray {
  const bytes = size * (dtype === 'float32' ? 4 : 8);
  // An array may be too long for a buffer that is not.
  return allocateBytes(bytes, (buffer) =>
    dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer),
  );
}

/**
 * What `over` makes of zeroed memory that threads share.
 *
 * @internal
 */
export function allocateBytes<T>(bytes: number, over: (buffer: SharedArrayBuffer) => T): T {
  try {
    return over(new SharedArrayBuffer(bytes));
  } catch (cause) {
    throw new ArgumentError(`cannot allocate ${bytes} bytes of shared memory`, { cause });
  }
}
