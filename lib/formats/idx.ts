import { type ArrayHeader, checkFileShape } from './array-header';
import type { ElementType } from './element-type';
import { FormatError } from './format-error';

// http://yann.lecun.com/exdb/mnist: two zero bytes, the type, the number of sizes, then the sizes.
const types = new Map<number, ElementType>([
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
]);

export function isIdx(start: Uint8Array): boolean {
  const [first, second, type = 0, ndim = 0] = start;
  return first === 0 && second === 0 && types.has(type) && ndim > 0;
}

/** How many bytes the header of an IDX file has in all; `start` holds its first 4, or fewer. */
export function idxHeaderBytes(start: Uint8Array): number {
  if (isIdx(start)) return 4 + 4 * (start[3] as number);
  throw new FormatError('not an IDX file: it does not begin with its magic number');
}

/** Reads a whole header, of `idxHeaderBytes` bytes. */
export function readIdxHeader(bytes: Buffer): ArrayHeader {
  const type = types.get(bytes[2] as number) as ElementType;
  const sizes = Array.from({ length: bytes[3] as number }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  const shape = checkFileShape(sizes);
  return { type, shape, endianness: 'BE', fortranOrder: false, offset: bytes.length };
}
