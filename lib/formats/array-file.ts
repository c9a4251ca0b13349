import type { IntegerTensor } from '../tensor/integer-tensor';
import { sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { type ArrayHeader, checkLength, endOf, wrongLength } from './array-header';
import { fromByteOrder } from './byte-order';
import { type ByteSource, openBytes } from './byte-source';
import { checkFormat } from './check-format';
import { type ElementType, elementBytes } from './element-type';
import { kindBytes, kindOf } from './file-kind';
import { FormatError } from './format-error';
import { idxHeaderBytes, isIdx, readIdxHeader } from './idx';
import { BytesInput, readFile } from './input';
import { isNpy, npyHeaderBytes, readNpyHeader } from './npy';
import { readNpz, readNpzHeader } from './npz';
import { readElements } from './read-elements';

const arrayTypes = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };

/** Element types as which slices are read. */
export type FileDType = keyof typeof arrayTypes;

/** An array of each type. */
export type FileArray = Uint8Array | Float32Array | Float64Array;

/** The type that has all values of the one in the file; those of 64-bit integers beyond 2^53 are rounded. */
const readAs: Readonly<Record<ElementType, FileDType>> = {
  bool: 'float32',
  uint8: 'uint8',
  int8: 'float32',
  int16: 'float32',
  uint16: 'float32',
  float16: 'float32',
  bfloat16: 'float32',
  int32: 'float64',
  uint32: 'float64',
  float32: 'float32',
  float64: 'float64',
  int64: 'float64',
  uint64: 'float64',
};

/** An array that can be read in slices. */
interface Elements {
  read(first: number, count: number): Promise<FileArray>;
  close(): Promise<void>;
}

/**
 * An array in a file, of which slices can be read: of any type that `loadNpy` reads, in a .npy or IDX
 * file, packed by gzip or not, or a member of a .npz file. One in Fortran order or in a .npz file
 * lies in memory as a whole.
 */
export class ArrayFile {
  readonly #elements: Elements;
  readonly shape: readonly number[];
  /** The type of the elements in the file. */
  readonly type: ElementType;
  /** The type of those that are read, which have the same values. */
  readonly dtype: FileDType;

  private constructor({ type, shape }: Pick<ArrayHeader, 'type' | 'shape'>, elements: Elements) {
    this.#elements = elements;
    this.shape = shape;
    this.type = type;
    this.dtype = readAs[type];
  }

  /**
   * Reads the header of the file.
   *
   * @param member - the array of a .npz file; null where the file is no such one
   * @throws FormatError where it is no such file, or does not have the size that its header says;
   * the system's error where it cannot be read
   */
  static async open(path: string, member: string | null = null): Promise<ArrayFile> {
    if (member !== null) return ArrayFile.#openMember(path, member);
    const bytes = await openBytes(path);
    try {
      const header = await readHeader(bytes);
      if (bytes.size !== null) checkLength(header, bytes.size);
      const { fortranOrder, shape } = header;
      const elements = new StreamedElements(bytes, { ...header, fortranOrder: false });
      if (!fortranOrder || shape.length < 2) return new ArrayFile(header, elements);
      return new ArrayFile(header, new ReorderedElements(elements, header));
    } catch (error) {
      await bytes.close();
      throw error;
    }
  }

  static #openMember(path: string, member: string): ArrayFile {
    return readFile(path, (file) => {
      checkFormat(file, '.npz');
      return new ArrayFile(readNpzHeader(file, member), new MemberElements(path, member));
    });
  }

  /** How many elements there are. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** `count` elements from element `first` on, in row-major order. */
  read(first: number, count: number): Promise<FileArray> {
    return this.#elements.read(first, count);
  }

  close(): Promise<void> {
    return this.#elements.close();
  }
}

/** Elements that lie in the file in the order in which they are read. */
class StreamedElements implements Elements {
  readonly #bytes: ByteSource;
  readonly #header: ArrayHeader;

  constructor(bytes: ByteSource, header: ArrayHeader) {
    this.#bytes = bytes;
    this.#header = header;
  }

  async read(first: number, count: number): Promise<FileArray> {
    const { type, endianness } = this.#header;
    const dtype = readAs[type];
    if (dtype === type) {
      const array = new arrayTypes[dtype](count);
      const own = Buffer.from(array.buffer);
      await this.readBytes(own, first);
      fromByteOrder(own, elementBytes[type], endianness);
      return array;
    }
    const bytes = Buffer.alloc(count * elementBytes[type]);
    await this.readBytes(bytes, first);
    return convert(readElements(new BytesInput(bytes), { ...this.#header, shape: [count] }), dtype);
  }

  /** The bytes of the elements from `first` on, of which `bytes` takes as many as it has room for. */
  async readBytes(bytes: Uint8Array, first: number): Promise<void> {
    const { type, offset } = this.#header;
    const position = offset + first * elementBytes[type];
    const filled = await this.#bytes.read(bytes, position);
    if (filled < bytes.length) throw wrongLength(this.#header, position + filled);
    // Only what follows the last element tells whether a packed file is sound.
    const end = endOf(this.#header);
    if (position + filled === end && this.#bytes.size === null) await this.#expectEnd(end);
  }

  close(): Promise<void> {
    return this.#bytes.close();
  }

  async #expectEnd(end: number): Promise<void> {
    const more = await this.#bytes.read(new Uint8Array(1), end);
    if (more > 0) throw wrongLength(this.#header, `more than ${end}`);
  }
}

/** All elements in memory, in the order in which they are read. */
class LoadedElements implements Elements {
  readonly #data: FileArray;

  constructor(data: FileArray) {
    this.#data = data;
  }

  async read(first: number, count: number): Promise<FileArray> {
    return this.#data.slice(first, first + count);
  }

  async close(): Promise<void> {}
}

/** Elements of a member of a .npz file, which are read at once when the first of them is asked for. */
class MemberElements implements Elements {
  readonly #path: string;
  readonly #member: string;
  #loaded: LoadedElements | null = null;

  constructor(path: string, member: string) {
    this.#path = path;
    this.#member = member;
  }

  async read(first: number, count: number): Promise<FileArray> {
    this.#loaded ??= this.#load();
    return this.#loaded.read(first, count);
  }

  async close(): Promise<void> {
    this.#loaded = null;
  }

  #load(): LoadedElements {
    return readFile(this.#path, (file) => {
      const [found] = readNpz(file, { names: new Set([this.#member]), prefix: '' });
      const [, array] = found as NonNullable<typeof found>;
      return new LoadedElements(convert(array, readAs[array.dtype]));
    });
  }
}

/** Elements in Fortran order, which are read at once when the first of them is asked for. */
class ReorderedElements implements Elements {
  readonly #streamed: StreamedElements;
  readonly #header: ArrayHeader;
  #loaded: Promise<LoadedElements> | null = null;

  constructor(streamed: StreamedElements, header: ArrayHeader) {
    this.#streamed = streamed;
    this.#header = header;
  }

  async read(first: number, count: number): Promise<FileArray> {
    this.#loaded ??= this.#load();
    return (await this.#loaded).read(first, count);
  }

  close(): Promise<void> {
    return this.#streamed.close();
  }

  async #load(): Promise<LoadedElements> {
    const { type, shape } = this.#header;
    const bytes = Buffer.alloc(sizeOf(shape) * elementBytes[type]);
    await this.#streamed.readBytes(bytes, 0);
    const array = readElements(new BytesInput(bytes), this.#header);
    return new LoadedElements(convert(array, readAs[type]));
  }
}

/** The elements of a whole array, as they are read. */
function convert({ dtype, data }: Tensor | IntegerTensor, to: FileDType): FileArray {
  if (dtype === to) return data as FileArray;
  const array = new arrayTypes[to](data.length);
  for (let i = 0; i < data.length; i++) array[i] = Number(data[i]);
  return array;
}

async function readHeader(bytes: ByteSource): Promise<ArrayHeader> {
  const start = await readStart(bytes, kindBytes);
  if (isNpy(start)) return readNpyHeader(await readWhole(bytes, npyHeaderBytes(start)));
  if (isIdx(start)) return readIdxHeader(await readWhole(bytes, idxHeaderBytes(start)));
  const name = kindOf(start)?.name;
  const is = name === undefined ? ': it begins otherwise' : ` but ${name}`;
  throw new FormatError(`neither a .npy nor an IDX file${is}`);
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
