import { endianness } from 'node:os';
import { type ArrayHeader, checkFileShape } from './array-header';
import type { Endianness } from './byte-order';
import { type ElementType, elementBytes } from './element-type';
import { FormatError } from './format-error';
import type { Input } from './input';
import { shorten } from './shorten';

// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
const magic = Buffer.from('\x93NUMPY', 'latin1');
/** How NumPy calls each type, after the order of its bytes. */
const codes: Readonly<Record<NpyType, string>> = {
  bool: 'b1',
  uint8: 'u1',
  int8: 'i1',
  uint16: 'u2',
  int16: 'i2',
  float16: 'f2',
  uint32: 'u4',
  int32: 'i4',
  float32: 'f4',
  uint64: 'u8',
  int64: 'i8',
  float64: 'f8',
};
/** NumPy refuses longer ones too: no shape needs them. */
const longestHeader = 10_000;
/** Room that NumPy leaves after the header, for the first size to grow to so many digits. */
const mostDigits = 21;

/** Element types that NumPy has. */
export type NpyType = Exclude<ElementType, 'bfloat16'>;

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

/** Reads the header with which a file begins, and leaves the elements. */
export function takeNpyHeader(file: Input): ArrayHeader {
  const start = Buffer.alloc(Math.min(12, file.left));
  file.read(start);
  const length = npyHeaderBytes(start);
  const rest = Buffer.alloc(Math.max(0, length - start.length));
  if (rest.length > file.left) throw new FormatError('cut off in its header');
  file.read(rest);
  return readNpyHeader(Buffer.concat([start, rest], length));
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
  return {
    ...readDescriptor(descr),
    shape: sizes,
    fortranOrder: fortranOrder === 'True',
    offset: bytes.length,
  };
}

/** The header of a .npy file, version 1.0, after which the elements follow. */
export function writeNpyHeader(type: NpyType, shape: readonly number[]): Buffer {
  const descriptor = `${elementBytes[type] === 1 ? '|' : '<'}${codes[type]}`;
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const room = shape.length === 0 ? 0 : mostDigits - String(shape[0]).length;
  // The elements begin at a multiple of 64, as NumPy puts them: after one space or more.
  const length = (Math.floor((10 + text.length + room + 1) / 64) + 1) * 64 - 10;
  const header = Buffer.alloc(10 + length, ' ');
  magic.copy(header);
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(length, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', header.length - 1);
  return header;
}

/** A key, and a string, a Boolean, a tuple of integers or, to name it in an error, a list. */
const entry =
  /\s*[uUrR]?(?:'(\w+)'|"(\w+)")\s*:\s*([uUrR]?'[^'\\]*'|[uUrR]?"[^"\\]*"|True|False|\([\d\s,L]*\)|\[.*\])\s*(,|$)\s*/y;

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

/** What to save in the place of elements that are not read, by NumPy's letter for their kind. */
const instead: Readonly<Record<string, string>> = {
  f: "save a.astype('float64')",
  c: 'save a.real and a.imag',
  M: "save a.astype('int64')",
  m: "save a.astype('int64')",
  V: "save each field by itself, as a['name']",
};

/** What NumPy reads, though it writes only codes like '<f4': its letters and names of each type. */
const aliases: ReadonlyMap<string, NpyType> = new Map(
  Object.entries({
    bool: '? bool_',
    int8: 'b byte',
    uint8: 'B ubyte',
    int16: 'h short',
    uint16: 'H ushort',
    int32: 'i intc',
    uint32: 'I uintc',
    // Those of a system's own size have 64 bits, as on all systems of that size but in C on Windows.
    int64: 'q l p n int int_ intp long longlong',
    uint64: 'Q L P N uint uintp ulong ulonglong',
    float16: 'e half',
    float32: 'f single',
    float64: 'd float double',
  } satisfies Record<NpyType, string>).flatMap(([type, names]) =>
    [type, codes[type as NpyType], ...names.split(' ')].map((name) => [name, type as NpyType]),
  ),
);

/** Where nothing or '=' says the order of bytes, it is that of this machine. */
function readDescriptor(value: string): { type: NpyType; endianness: Endianness } {
  const [, order, name = ''] = /^[uUrR]?['"]([<>|=]?)([\w?]+)['"]$/.exec(value) ?? [];
  const type = aliases.get(name);
  // Names of several letters have no order.
  if (type !== undefined && (order === '' || name.length === 1 || name === codes[type])) {
    return { type, endianness: order === '<' ? 'LE' : order === '>' ? 'BE' : endianness() };
  }
  const kind = value.startsWith('[') ? 'V' : (/^[uUrR]?['"][<>|=]?(\w)/.exec(value)?.[1] ?? '');
  const advice = instead[kind] ?? 'save numbers';
  throw new FormatError(
    `holds elements of type ${shorten(value)}; read are Booleans, integers and floats of up to ` +
      `8 bytes: ${advice}`,
  );
}

function readShape(value: string): readonly number[] {
  // Long integers of Python 2 end in L.
  const sizes = /^\(\s*((?:0|[1-9]\d*)L?\s*(?:,\s*(?:0|[1-9]\d*)L?\s*)*,?|)\s*\)$/.exec(value)?.[1];
  if (sizes === undefined || /^\d+L?\s*$/.test(sizes)) {
    throw new FormatError(`has a shape that is no tuple: ${shorten(value)}`);
  }
  return checkFileShape(
    sizes
      .split(',')
      .filter((size) => size.trim() !== '')
      .map((size) => Number(size.replace('L', ''))),
  );
}
