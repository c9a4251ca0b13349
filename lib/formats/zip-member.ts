import { constants as memory } from 'node:buffer';
import { constants, inflateRawSync } from 'node:zlib';
import { crc32 } from './crc32';
import { FormatError } from './format-error';
import { BytesInput, type Input, type InputFile } from './input';
import { quoted } from './shorten';
import { readZipDirectory, type ZipDirectory, type ZipEntry } from './zip-directory';

const stored = 0;
const deflated = 8;
const localSignature = 0x04034b50;
const localBytes = 30;

/** DEFLATE makes at most so many bytes of one: pairs of 258 bytes in 2 bits. */
const mostPerByte = 1032;

/** More than the header of an array has, packed or not. */
const startBytes = 16 * 1024;

/** Packed bytes in which it is looked for first: as bombs, so many do no harm. */
const firstPackedBytes = 1024;

/** What is wrong with one member alone; others may be read. */
export class MemberError extends FormatError {}

/** One of the files in a zip file. */
export class ZipMember {
  readonly name: string;
  readonly size: number;
  readonly #file: InputFile;
  readonly #entry: ZipEntry;
  readonly #offset: number;

  constructor(file: InputFile, entry: ZipEntry, offset: number) {
    this.name = entry.name;
    this.size = entry.size;
    this.#file = file;
    this.#entry = entry;
    this.#offset = offset;
  }

  /** The first bytes, not checked; more than a header has, unless the member has less. */
  start(): Input {
    const { method, packedSize } = this.#entry;
    if (method === stored) return this.#packed(packedSize);
    const all = Math.min(packedSize, startBytes);
    for (let length = firstPackedBytes; ; length *= 2) {
      const packed = readAll(this.#packed(Math.min(length, all)));
      const bytes = inflate(packed, { finishFlush: constants.Z_SYNC_FLUSH });
      if (bytes.length >= startBytes || length >= all) return new BytesInput(bytes);
    }
  }

  /** All bytes; what they are is checked when the last one is read. */
  open(): Input {
    const { method, packedSize, size } = this.#entry;
    if (method === stored) return new CheckedInput(this.#packed(packedSize), this.#entry);
    const bytes = readAll(this.#packed(packedSize));
    // In one piece, and so much more that zlib sees the end without asking for another.
    const unpacked = inflate(bytes, { maxOutputLength: size + 1, chunkSize: size + 64 });
    if (unpacked.length !== size) {
      throw new FormatError(`unpacks to ${unpacked.length} bytes instead of ${size}`);
    }
    return new CheckedInput(new BytesInput(unpacked), this.#entry);
  }

  #packed(length: number): Input {
    return this.#file.from(this.#offset, length);
  }
}

/**
 * The members of a zip file that are asked for, by their names. What is wrong with another one does
 * not matter.
 *
 * @throws FormatError where one cannot be read: stored or deflated, in one piece, not encrypted, not
 * overlapping others, the only one of its name
 */
export function readZip(file: InputFile, isWanted: (name: string) => boolean): ZipMember[] {
  const directory = readZipDirectory(file);
  const wanted = directory.entries.filter(({ name }) => isWanted(name));
  const names = new Set<string>();
  for (const entry of wanted) {
    if (names.has(entry.name)) throw aboutMember(entry, 'is there twice');
    names.add(entry.name);
  }
  const ends = endsOf(directory);
  return wanted.map((entry) => {
    if (entry.problem !== null) throw aboutMember(entry, entry.problem);
    checkSizes(entry);
    const offset = dataOffset(file, entry);
    if (offset + entry.packedSize > (ends.get(entry) as number)) {
      throw aboutMember(entry, 'overlaps what comes after it');
    }
    return new ZipMember(file, entry, offset);
  });
}

/** Where each member ends at the latest: where the next one begins. */
function endsOf({ entries, offset }: ZipDirectory): Map<ZipEntry, number> {
  const inOrder = [...entries].sort((a, b) => a.offset - b.offset);
  return new Map(inOrder.map((entry, i) => [entry, inOrder[i + 1]?.offset ?? offset]));
}

function checkSizes(entry: ZipEntry): void {
  const { method, packedSize, size } = entry;
  if (method !== stored && method !== deflated) {
    throw aboutMember(entry, `is packed by method ${method}; read are 0 (stored) and 8 (deflated)`);
  }
  if (method === deflated && size >= memory.MAX_LENGTH) {
    throw aboutMember(entry, `unpacks to ${size} bytes, too many at once: save with numpy.savez`);
  }
  const most = method === stored ? packedSize : packedSize * mostPerByte;
  if (size > most || (method === stored && size < packedSize)) {
    throw aboutMember(entry, `should unpack from ${packedSize} bytes to ${size}, which cannot be`);
  }
}

/** Where the bytes of a member begin: behind its local header. */
function dataOffset(file: InputFile, entry: ZipEntry): number {
  const header = Buffer.alloc(localBytes);
  if (entry.offset + localBytes > file.size) throw aboutMember(entry, 'begins beyond the file');
  file.from(entry.offset).read(header);
  if (header.readUInt32LE(0) !== localSignature)
    throw aboutMember(entry, 'has no header of its own');
  return entry.offset + localBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function inflate(bytes: Buffer, options: object): Buffer {
  try {
    return inflateRawSync(bytes, options);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new FormatError('unpacks to more than it should');
    if (!code?.startsWith('Z_')) throw cause;
    throw new FormatError(`cannot be unpacked: ${message}`, { cause });
  }
}

/** Checks, with the last byte, that all were those that were packed. */
class CheckedInput implements Input {
  readonly #input: Input;
  readonly #entry: ZipEntry;
  #crc32 = 0;

  constructor(input: Input, entry: ZipEntry) {
    this.#input = input;
    this.#entry = entry;
  }

  get left(): number {
    return this.#input.left;
  }

  read(target: Uint8Array): void {
    this.#input.read(target);
    this.#crc32 = crc32(target, this.#crc32);
    if (this.left === 0 && this.#crc32 !== this.#entry.crc32) {
      throw new FormatError('is damaged: its checksum is another one');
    }
  }
}

function readAll(input: Input): Buffer {
  const bytes = Buffer.alloc(input.left);
  input.read(bytes);
  return bytes;
}

function aboutMember({ name }: ZipEntry, what: string): MemberError {
  return new MemberError(`member ${quoted(name)} ${what}`);
}
