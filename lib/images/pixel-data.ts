import { types } from 'node:util';
import { ArgumentError, DTypeError } from '../errors';
import { type ByteArray, dtypeOf, type FloatArray, isFloatArray } from '../tensor/dtype';
import { nameOf } from '../tensor/name-of';

/** The memory of an image: bytes, two-byte values or floats. */
export type PixelData = ByteArray | Uint16Array | FloatArray;

/** Pixels that are no floats: a scale takes them to [0, 1]. */
export type IntegerPixels = ByteArray | Uint16Array;

/** Says whether `value` is an array of bytes, of whatever realm. */
export function isByteArray(value: unknown): value is ByteArray {
  return types.isUint8Array(value) || types.isUint8ClampedArray(value);
}

export function isIntegerPixels(value: unknown): value is IntegerPixels {
  return isByteArray(value) || types.isUint16Array(value);
}

/** The greatest value that pixels of this type can have; null of floats, which have any. */
export function greatestOf(data: PixelData): number | null {
  if (isByteArray(data)) return 255;
  return types.isUint16Array(data) ? 65535 : null;
}

/** What errors call the type of pixels. */
export function pixelTypeOf(data: PixelData): string {
  if (isByteArray(data)) return 'uint8';
  return types.isUint16Array(data) ? 'uint16' : dtypeOf(data);
}

export function checkPixelData(name: string, value: unknown): PixelData {
  if (isIntegerPixels(value) || isFloatArray(value)) return value;
  throw new DTypeError(
    `${name}: data must be a Uint8Array (a Buffer is one), Uint8ClampedArray, Uint16Array, ` +
      `Float32Array or Float64Array, got ${nameOf(value)}`,
  );
}

/**
 * What decoded bytes hold, which sharp says as `info.depth`. A typed array of anything but bytes
 * speaks for itself, and a number, as pngjs gives it, counts the bits in the file.
 */
export function inDepth(name: string, data: PixelData, depth: unknown): PixelData {
  if (typeof depth !== 'string' || depth === 'uchar' || !isByteArray(data)) return data;
  if (depth === 'ushort') return asWords(name, data);
  const floats = depth === 'float' || depth === 'double';
  throw new DTypeError(
    `${name}: depth should be 'uchar' or 'ushort', got ${nameOf(depth)}: decode to bytes, or ` +
      "sharp's 16 bits with toColourspace('rgb16').raw({ depth: 'ushort' })" +
      (floats ? '; floats go in as { data, shape }, as large as Normalize is to take them' : ''),
  );
}

/** The same memory; a copy where it begins at an odd place. */
function asWords(name: string, { buffer, byteOffset, length }: ByteArray): Uint16Array {
  if (length % 2 !== 0) {
    throw new ArgumentError(
      `${name}: data has ${length} bytes, an odd number, with depth 'ushort'`,
    );
  }
  if (byteOffset % 2 === 0) return new Uint16Array(buffer, byteOffset, length / 2);
  const copy = new Uint16Array(length / 2);
  new Uint8Array(copy.buffer).set(new Uint8Array(buffer, byteOffset, length));
  return copy;
}
