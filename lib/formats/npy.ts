import { endianness } from 'node:os';
import type { FloatArray } from '../tensor/dtype';
import { type ArrayHeader, checkFileShape, type FileDType } from './array-header';
import { FormatError } from './format-error';

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
const magic = Buffer.from('\x93NUMPY', 'latin1');
const descriptors: Readonly<Record<FileDType, string>> = {
  uint8: '|u1',
  float32: '<f4',
  float64: '<f8',
};
/** NumPy refuses longer ones too: no shape needs them. */
const longestHeader = 10_000;

export function isNpy(start: Uint8Array): boolean {
  return magic.equals(start.subarray(0, magic.length));
}

/** How many bytes the header of a .npy file has in all; `start` holds its first 12, or fewer. */
export function npyHeaderBytes(start: Buffer): number {
  if (!isNpy(start)) throw new FormatError('not a .npy file: it does not begin with \\x93NUMPY');
  const [major, minor] = [start[6], start[7]];
  if (start.length < 12) throw new FormatError('cut off in its header');
  if (major === undefined || major < 1 || major > 3 || minor !== 0) {
    throw new FormatError(`of version ${major}.${minor} of .npy; 1.0, 2.0 and 3.0 are read`);
  }
  const [before, length] = major === 1 ? [10, start.readUInt16LE(8)] : [12, start.readUInt32LE(8)];
  if (length > longestHeader) throw new FormatError(`has a header of ${length} bytes`);
  return before + length;
}

/** Reads a whole header, of `npyHeaderBytes` bytes. */
export function readNpyHeader(bytes: Buffer): ArrayHeader {
  const before = bytes[6] === 1 ? 10 : 12;
  const text = bytes.toString(bytes[6] === 3 ? 'utf8' : 'latin1', before);
  const entries = readDictionary(text);
  const [descr, fortranOrder, shape] = ['descr', 'fortran_order', 'shape'].map((key) =>
    entries.get(key),
  );
  if (entries.size !== 3 || !descr || !fortranOrder || !shape) {
    throw new FormatError(`has a header without descr, fortran_order and shape: ${shorten(text)}`);
  }
  const sizes = readShape(shape);
  if (fortranOrder === 'True' && sizes.length > 1) {
    throw new FormatError('in Fortran order; save numpy.ascontiguousarray(a)');
  }
  return { dtype: readDescriptor(descr), shape: sizes, endianness: 'LE', offset: bytes.length };
}

/** The header of a .npy file, version 1.0, after which the elements follow. */
export function writeNpyHeader(dtype: FileDType, shape: readonly number[]): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptors[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The elements begin at a multiple of 64, as NumPy puts them.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, ' ');
  magic.copy(header);
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(length, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', header.length - 1);
  return header;
}

/** The elements as they follow the header. */
export function littleEndianBytes(elements: FloatArray): Uint8Array {
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = elements;
  const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  if (endianness() === 'LE') return bytes;
  return BYTES_PER_ELEMENT === 4 ? Buffer.from(bytes).swap32() : Buffer.from(bytes).swap64();
}

/** A key, and a string, a Boolean, a tuple of integers or, to name it in an error, a list. */
const entry =
  /\s*(?:'(\w+)'|"(\w+)")\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([\d\s,]*\)|\[.*\])\s*(,|$)\s*/y;

/** The entries of a dictionary in Python's notation, each value as it is written. */
function readDictionary(text: string): Map<string, string> {
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  const entries = new Map<string, string>();
  entry.lastIndex = 0;
  while (body !== undefined && entry.lastIndex < body.length) {
    const match = entry.exec(body);
    if (match === null) break;
    entries.set((match[1] ?? match[2]) as string, match[3] as string);
    if (entry.lastIndex === body.length) return entries;
  }
  throw new FormatError(`has a header that cannot be read: ${shorten(text)}`);
}

function readDescriptor(value: string): FileDType {
  const written = value.slice(1, -1);
  const known = Object.entries(descriptors).find(([, descriptor]) => descriptor === written);
  if (known !== undefined && !value.startsWith('[')) return known[0] as FileDType;
  throw new FormatError(
    `holds elements of type ${shorten(value)}; read are '<f4', '<f8' and '|u1': ` +
      "save a.astype('float32')",
  );
}

function readShape(value: string): readonly number[] {
  const sizes = /^\(\s*(\d+\s*(?:,\s*\d+\s*)*,?|)\s*\)$/.exec(value)?.[1];
  if (sizes === undefined || /^\d+\s*$/.test(sizes)) {
    throw new FormatError(`has a shape that is no tuple: ${shorten(value)}`);
  }
  return checkFileShape(
    sizes
      .split(',')
      .filter((size) => size.trim() !== '')
      .map(Number),
  );
}

function shorten(text: string): string {
  const line = text.trim();
  return line.length > 80 ? `${line.slice(0, 80)}...` : line;
}
