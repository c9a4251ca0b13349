import { types } from 'node:util';
import { DTypeError } from '../errors';
import { type ByteArray, type FloatArray, isFloatArray } from '../tensor/dtype';
import { nameOf } from '../tensor/name-of';

/** The memory of an image: bytes or floats. */
export type PixelData = ByteArray | FloatArray;

/** Says whether `value` is an array of bytes, of whatever realm. */
export function isByteArray(value: unknown): value is ByteArray {
  return types.isUint8Array(value) || types.isUint8ClampedArray(value);
}

export function checkPixelData(name: string, value: unknown): PixelData {
  if (isByteArray(value) || isFloatArray(value)) return value;
  throw new DTypeError(
    `${name}: data must be a Uint8Array (a Buffer is one), Uint8ClampedArray, Float32Array or ` +
      `Float64Array, got ${nameOf(value)}`,
  );
}
