import { sizeOf } from '../tensor/shape';
import { FormatError } from './format-error';

/** Element types of arrays in files. */
export type FileDType = 'uint8' | 'float32' | 'float64';

/** An array of each type. */
export type FileArray = Uint8Array | Float32Array | Float64Array;

export const elementBytes: Readonly<Record<FileDType, number>> = {
  uint8: 1,
  float32: 4,
  float64: 8,
};

/** What the beginning of a file says about the array in it, which is in row-major order. */
export interface ArrayHeader {
  readonly dtype: FileDType;
  readonly shape: readonly number[];
  readonly endianness: 'LE' | 'BE';
  /** Where the elements begin, in bytes. */
  readonly offset: number;
}

/** Refuses shapes whose elements cannot be counted. */
export function checkFileShape(shape: readonly number[]): readonly number[] {
  if (shape.every((size) => Number.isSafeInteger(size)) && sizeOf(shape) * 8 < 2 ** 53)
    return shape;
  throw new FormatError(`its shape [${shape.join(', ')}] has too many elements`);
}
