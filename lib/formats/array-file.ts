import { sizeOf } from '../tensor/shape';
import { type ArrayHeader, checkLength, endOf, wrongLength } from './array-header';
import { fromByteOrder } from './byte-order';
import { type ByteSource, openBytes } from './byte-source';
import { type ElementType, elementBytes } from './element-type';
import { FormatError } from './format-error';
import { idxHeaderBytes, isIdx, readIdxHeader } from './idx';
import { isNpy, npyHeaderBytes, readNpyHeader } from './npy';

const arrayTypes = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };

/** Element types of which slices are read. */
export type FileDType = keyof typeof arrayTypes;

/** An array of each type. */
export type FileArray = Uint8Array | Float32Array | Float64Array;

/** An array in a .npy or IDX file, packed by gzip or not, of which slices can be read. */
export class ArrayFile {
  readonly #bytes: ByteSource;
  readonly #header: ArrayHeader;
  readonly dtype: FileDType;

  private constructor(bytes: ByteSource, header: ArrayHeader) {
    this.#bytes = bytes;
    this.#header = header;
    this.dtype = dtypeOf(header);
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

  get shape(): readonly number[] {
    return this.#header.shape;
  }

  /** How many elements there are. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** `count` elements from element `first` on, in row-major order. */
  async read(first: number, count: number): Promise<FileArray> {
    const { dtype } = this;
    const { offset, endianness } = this.#header;
    const array = new arrayTypes[dtype](count);
    const bytes = Buffer.from(array.buffer);
    const position = offset + first * elementBytes[dtype];
    const filled = await this.#bytes.read(bytes, position);
    if (filled < bytes.length) throw wrongLength(this.#header, position + filled);
    // Only what follows the last element tells whether a packed file is sound.
    if (first + count === this.size && this.#bytes.size === null) await this.#expectEnd();
    fromByteOrder(bytes, elementBytes[dtype], endianness);
    return array;
  }

  close(): Promise<void> {
    return this.#bytes.close();
  }

  #checkSize(): void {
    const { size } = this.#bytes;
    if (size !== null) checkLength(this.#header, size);
  }

  async #expectEnd(): Promise<void> {
    const end = endOf(this.#header);
    const more = await this.#bytes.read(new Uint8Array(1), end);
    if (more > 0) throw wrongLength(this.#header, `more than ${end}`);
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

function dtypeOf({ type, shape, fortranOrder }: ArrayHeader): FileDType {
  if (!isFileDType(type)) {
    throw new FormatError(
      `holds elements of type ${type}; read are uint8, float32 and float64: save a.astype('float32')`,
    );
  }
  if (fortranOrder && shape.length > 1) {
    throw new FormatError('in Fortran order; save numpy.ascontiguousarray(a)');
  }
  return type;
}

function isFileDType(type: ElementType): type is FileDType {
  return type in arrayTypes;
}
