import { maxDims, sizeOf } from '../tensor/shape';
import type { Endianness } from './byte-order';
import { type ElementType, elementBytes } from './element-type';
import { FormatError } from './format-error';
import { shortShape } from './shorten';

/** What the beginning of a file says about the array in it. */
export interface ArrayHeader {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly endianness: Endianness;
  /** Whether the first index runs fastest, not the last one. */
  readonly fortranOrder: boolean;
  /** Where the elements begin, in bytes. */
  readonly offset: number;
}

/** Refuses shapes whose elements cannot be counted. */
export function checkFileShape(shape: readonly number[]): readonly number[] {
  if (shape.length > maxDims) {
    throw new FormatError(`its shape has ${shape.length} dimensions; at most ${maxDims} are read`);
  }
  if (shape.every((size) => Number.isSafeInteger(size)) && sizeOf(shape) * 8 < 2 ** 53)
    return shape;
  throw new FormatError(`its shape ${shortShape(shape)} has too many elements`);
}

/** Where the elements end, in bytes. */
export function endOf({ type, shape, offset }: ArrayHeader): number {
  return offset + sizeOf(shape) * elementBytes[type];
}

/** Refuses a file of `size` bytes whose elements do not end with it. */
export function checkLength(header: ArrayHeader, size: number): void {
  if (size !== endOf(header)) throw wrongLength(header, size);
}

/** What is wrong with a file that does not end with its elements. */
export function wrongLength(header: ArrayHeader, size: number | string): FormatError {
  const { type, shape } = header;
  return new FormatError(
    `has ${size} bytes instead of ${endOf(header)}, for its header says ${type} of shape ${shortShape(shape)}`,
  );
}
