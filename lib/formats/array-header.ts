import { sizeOf } from '../tensor/shape';
import type { Endianness } from './byte-order';
import type { ElementType } from './element-type';
import { FormatError } from './format-error';

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
  if (shape.every((size) => Number.isSafeInteger(size)) && sizeOf(shape) * 8 < 2 ** 53)
    return shape;
  throw new FormatError(`its shape [${shape.join(', ')}] has too many elements`);
}
