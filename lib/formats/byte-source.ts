import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FormatError } from './format-error';

/** The bytes of a file, or those that it unpacks to. */
export interface ByteSource {
  /** How many there are; null where only reading to the end tells. */
  readonly size: number | null;
  /** Fills `target` with the bytes from `position` on; returns how many there were. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens a file, which is unpacked while it is read where it is packed by gzip. */
export async function openBytes(path: string): Promise<ByteSource> {
  const file = await open(path);
  try {
    const plain = new PlainBytes(file, (await file.stat()).size);
    const start = new Uint8Array(2);
    await plain.read(start, 0);
    if (start[0] !== 0x1f || start[1] !== 0x8b) return plain;
    await file.close();
    return new GzipBytes(path);
  } catch (error) {
    await file.close();
    throw error;
  }
}

class PlainBytes implements ByteSource {
  readonly #file: FileHandle;

  constructor(
    file: FileHandle,
    readonly size: number,
  ) {
    this.#file = file;
  }

  /** One read of the system may give fewer bytes than it is asked for. */
  async read(target: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const left = target.length - filled;
      const { bytesRead } = await this.#file.read(target, filled, left, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** Reads forwards; what lies behind is read again from the start. */
class GzipBytes implements ByteSource {
  readonly size = null;
  readonly #path: string;
  #chunks: AsyncIterator<Buffer> | null = null;
  #rest: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    if (this.#chunks === null || position < this.#position) await this.#start();
    while (this.#position < position) {
      if ((await this.#take(position - this.#position)).length === 0) return 0;
    }
    let filled = 0;
    while (filled < target.length) {
      const bytes = await this.#take(target.length - filled);
      if (bytes.length === 0) break;
      target.set(bytes, filled);
      filled += bytes.length;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.#chunks?.return?.();
    this.#chunks = null;
  }

  async #start(): Promise<void> {
    await this.close();
    const gunzip = createGunzip();
    pipeline(createReadStream(this.#path), gunzip, () => {}); // the iterator throws its errors
    this.#chunks = gunzip[Symbol.asyncIterator]();
    this.#rest = new Uint8Array(0);
    this.#position = 0;
  }

  /** The next bytes, `most` or fewer; none at the end. */
  async #take(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const next = await this.#next();
      if (next === null) return this.#rest;
      this.#rest = next;
    }
    const bytes = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(bytes.length);
    this.#position += bytes.length;
    return bytes;
  }

  async #next(): Promise<Uint8Array | null> {
    try {
      const { value, done } = await (this.#chunks as AsyncIterator<Buffer>).next();
      return done ? null : value;
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (!code?.startsWith('Z_')) throw cause;
      throw new FormatError(`cannot be unpacked: ${message}`, { cause });
    }
  }
}
