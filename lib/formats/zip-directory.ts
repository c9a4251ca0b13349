import { isUtf8 } from 'node:buffer';
import { FormatError } from './format-error';
import type { InputFile } from './input';

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7 to 4.3.16 and 4.5.3.

/** What the directory of a zip file says of a member. */
export interface ZipEntry {
  readonly name: string;
  /** Why it cannot be read, whatever is in it; null where it can be. */
  readonly problem: string | null;
  readonly method: number;
  readonly crc32: number;
  /** Bytes in the file, and those that they unpack to. */
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
}

export interface ZipDirectory {
  /** Where it begins, which is where the members end. */
  readonly offset: number;
  readonly entries: readonly ZipEntry[];
}

const signatures = {
  entry: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
} as const;

const endBytes = 22;
const end64Bytes = 56;
const locatorBytes = 20;
const entryBytes = 46;
const longestComment = 0xffff;

/** More members than any checkpoint has; as many again would not find room in every heap. */
const mostEntries = 2 ** 18;

/** Stands where the 64-bit field of a size or an offset is to be taken instead. */
const in64 = 0xffffffff;

/**
 * The directory of a zip file, of one volume and with nothing before it.
 *
 * @throws FormatError where there is none, or it is not as the file's end says
 */
export function readZipDirectory(file: InputFile): ZipDirectory {
  const { offset, size, count } = findDirectory(file);
  if (count > mostEntries)
    throw new FormatError(`has ${count} members; ${mostEntries} are the most`);
  const bytes = Buffer.alloc(size);
  file.from(offset).read(bytes);
  const entries: ZipEntry[] = [];
  let position = 0;
  while (position < size && entries.length <= count) {
    const [entry, length] = readEntry(bytes.subarray(position));
    entries.push(entry);
    position += length;
  }
  if (entries.length !== count) {
    throw broken(`it has ${entries.length} members, its end says ${count}`);
  }
  return { offset, entries };
}

interface Where {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

function findDirectory(file: InputFile): Where {
  const tail = Buffer.alloc(Math.min(file.size, endBytes + longestComment));
  const tailOffset = file.size - tail.length;
  file.from(tailOffset).read(tail);
  const at = findEnd(tail);
  if (at < 0)
    throw new FormatError('not a .npz file, or cut off: a zip file has a directory at its end');
  const end = tail.subarray(at);
  const endOffset = tailOffset + at;
  const where = {
    count: end.readUInt16LE(10),
    size: end.readUInt32LE(12),
    offset: end.readUInt32LE(16),
  };
  // Some programs write a record of 64 bits where none is needed.
  return findDirectory64(file, endOffset) ?? checkWhere(where, endOffset);
}

/** Where the end record begins, after which a comment fills the file; -1 where there is none. */
function findEnd(tail: Buffer): number {
  for (let at = tail.length - endBytes; at >= 0; at--) {
    const isEnd = tail.readUInt32LE(at) === signatures.end;
    if (isEnd && at + endBytes + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return -1;
}

/** Null where there is no record of 64 bits: the sizes are then what they look like. */
function findDirectory64(file: InputFile, endOffset: number): Where | null {
  if (endOffset < end64Bytes + locatorBytes) return null;
  const bytes = Buffer.alloc(end64Bytes + locatorBytes);
  const offset = endOffset - bytes.length;
  file.from(offset).read(bytes);
  if (bytes.readUInt32LE(end64Bytes) !== signatures.end64Locator) return null;
  if (bytes.readUInt32LE(0) !== signatures.end64 || uint64(bytes, end64Bytes + 8) !== offset) {
    throw broken('its 64-bit end is not where its locator says');
  }
  return checkWhere(
    { count: uint64(bytes, 32), size: uint64(bytes, 40), offset: uint64(bytes, 48) },
    offset,
  );
}

function checkWhere(where: Where, end: number): Where {
  if (where.offset + where.size === end) return where;
  throw broken(`it should take ${where.size} bytes from ${where.offset} on, and end at ${end}`);
}

/** The first entry in `bytes`, and how many it takes. */
function readEntry(bytes: Buffer): [ZipEntry, number] {
  if (bytes.length < entryBytes || bytes.readUInt32LE(0) !== signatures.entry) {
    throw broken('one of its entries is none');
  }
  const nameEnd = entryBytes + bytes.readUInt16LE(28);
  const extraEnd = nameEnd + bytes.readUInt16LE(30);
  const end = extraEnd + bytes.readUInt16LE(32);
  if (end > bytes.length) throw broken('its last entry is cut off');
  const [size, packedSize, offset] = in64Bits(
    [bytes.readUInt32LE(24), bytes.readUInt32LE(20), bytes.readUInt32LE(42)],
    bytes.subarray(nameEnd, extraEnd),
  );
  const flags = bytes.readUInt16LE(8);
  const entry = {
    ...readName(bytes.subarray(entryBytes, nameEnd), flags),
    method: bytes.readUInt16LE(10),
    crc32: bytes.readUInt32LE(16),
    packedSize,
    size,
    offset,
  };
  return [entry, end];
}

type Sizes = [size: number, packedSize: number, offset: number];

/** Puts the 64-bit fields of `extra` in the place of those that have no room. */
function in64Bits(fields: Sizes, extra: Buffer): Sizes {
  if (!fields.includes(in64)) return fields;
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1)
    at += 4 + extra.readUInt16LE(at + 2);
  at += 4;
  return fields.map((field) => {
    if (field !== in64) return field;
    if (at + 8 > extra.length) throw broken('an entry lacks its 64-bit sizes');
    at += 8;
    return uint64(extra, at - 8);
  }) as Sizes;
}

/** A name whose encoding is not known is read as if each byte were a character. */
function readName(bytes: Buffer, flags: number): Pick<ZipEntry, 'name' | 'problem'> {
  const isKnown = (flags & 0x800) !== 0 || bytes.every((byte) => byte < 0x80);
  if (!isKnown || !isUtf8(bytes)) {
    return { name: bytes.toString('latin1'), problem: 'has a name that is not UTF-8' };
  }
  return { name: bytes.toString(), problem: (flags & 1) === 0 ? null : 'is encrypted' };
}

function uint64(bytes: Buffer, offset: number): number {
  const value = Number(bytes.readBigUInt64LE(offset));
  if (Number.isSafeInteger(value)) return value;
  throw broken('a size in it is beyond 2^53');
}

function broken(why: string): FormatError {
  return new FormatError(`its zip directory is broken: ${why}`);
}
