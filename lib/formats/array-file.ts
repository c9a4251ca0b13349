import { endianness } from 'node:os';
import { sizeOf } from '../tensor/shape';
import { type ArrayHeader, elementBytes, type FileArray, type FileDType } from './array-header';
import { type ByteSource, openBytes } from './byte-source';
import { FormatError } from './format-error';
import { idxHeaderBytes, isIdx, readIdxHeader } from './idx';
import { isNpy, npyHeaderBytes, readNpyHeader } from './npy';

const arrayTypes = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };

/** An array in a .npy or IDX file, packed by gzip or not, of which slices can be read. */
export class ArrayFile {
  readonly #bytes: ByteSource;
  readonly #header: ArrayHeader;

  private constructor(bytes: ByteSource, header: ArrayHeader) {
    this.#bytes = bytes;
    this.#header = header;
  }

  /**
   * Reads the header of the file.
   *
   * @throws FormatError where it is neither format, or does not have the size that its header says;
   * the system's error where it cannot be read
   */
  static async open(path: string): Promise<ArrayFile> {
    const bytes = await openBytes(path);
    try {
      const file = new ArrayFile(bytes, await readHeader(bytes));
      file.#checkSize();
      return file;
    } catch (error) {
      await bytes.close();
      throw error;
    }
  }

  get dtype(): FileDType {
    return this.#header.dtype;
  }

  get shape(): readonly number[] {
    return this.#header.shape;
  }

  /** How many elements there are. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** `count` elements from element `first` on, in row-major order. */
  async read(first: number, count: number): Promise<FileArray> {
    const { dtype, offset } = this.#header;
    const array = new arrayTypes[dtype](count);
    const bytes = new Uint8Array(array.buffer);
    const position = offset + first * elementBytes[dtype];
    const filled = await this.#bytes.read(bytes, position);
    if (filled < bytes.length) throw this.#wrongSize(position + filled);
    // Only what follows the last element tells whether a packed file is sound.
    if (first + count === this.size && this.#bytes.size === null) await this.#expectEnd();
    if (this.#header.endianness !== endianness()) swapBytes(bytes, dtype);
    return array;
  }

  close(): Promise<void> {
    return this.#bytes.close();
  }

  get #end(): number {
    return this.#header.offset + this.size * elementBytes[this.dtype];
  }

  #checkSize(): void {
    const { size } = this.#bytes;
    if (size !== null && size !== this.#end) throw this.#wrongSize(size);
  }

  async #expectEnd(): Promise<void> {
    const more = await this.#bytes.read(new Uint8Array(1), this.#end);
    if (more > 0) throw this.#wrongSize(`more than ${this.#end}`);
  }

  #wrongSize(size: number | string): FormatError {
    const shape = `[${this.shape.join(', ')}]`;
    return new FormatError(
      `has ${size} bytes instead of ${this.#end}, for its header says ${this.dtype} of shape ${shape}`,
    );
  }
}

async function readHeader(bytes: ByteSource): Promise<ArrayHeader> {
  const start = await readStart(bytes, 12);
  if (isNpy(start)) return readNpyHeader(await readWhole(bytes, npyHeaderBytes(start)));
  if (isIdx(start)) return readIdxHeader(await readWhole(bytes, idxHeaderBytes(start)));
  throw new FormatError('neither a .npy nor an IDX file: it begins otherwise');
}

async function readStart(bytes: ByteSource, length: number): Promise<Buffer> {
  const start = Buffer.alloc(length);
  return start.subarray(0, await bytes.read(start, 0));
}

async function readWhole(bytes: ByteSource, length: number): Promise<Buffer> {
  const header = await readStart(bytes, length);
  if (header.length < length) throw new FormatError('cut off in its header');
  return header;
}

function swapBytes(bytes: Uint8Array, dtype: FileDType): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (dtype === 'float32') buffer.swap32();
  if (dtype === 'float64') buffer.swap64();
}
