import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { type DType, dtypeOf, type FloatArray, isFloatArray } from './dtype';
import { formatTensor } from './format';
import { requireMemory } from './memory';
import {
  changeFormat,
  checkMemoryFormat,
  formatsAgree,
  type MemoryFormat,
  stridesOf,
} from './memory-format';
import { nameOf } from './name-of';
import { type NestedArray, nest } from './nested';
import { readOptions, type TensorOptions } from './options';
import { entriesOf, selectOf, sliceOf } from './part';
import { checkShape, formatShape, inferShape, refuseLooseSizes, sizeOf } from './shape';
import { allocateShared } from './shared';
import { allocateUninitialized } from './uninitialized';

const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * Whether the constructor of Tensor made `value`.
 *
 * @internal
 */
export let isTensor: (value: unknown) => value is Tensor;

/**
 * Whether the fields of a tensor are what its constructor put there.
 *
 * @internal
 */
export let isUntouched: (tensor: Tensor) => boolean;

/**
 * A dense array of floating-point numbers in some number of dimensions, as `torch.Tensor`.
 *
 * It is a label on a typed array that the caller owns: reading and writing `data` reads and writes
 * the tensor. `console.log(t)` and `String(t)` print as PyTorch prints.
 */
export class Tensor<D extends DType = DType> {
  // Neither a Proxy over a tensor has them, nor what merely inherits from one.
  readonly #data: FloatArray<D>;
  readonly #shape: readonly number[];
  readonly #dtype: D;
  readonly #memoryFormat: MemoryFormat;
  // Small calls ask for it more often than they can afford to multiply.
  readonly #size: number;

  static {
    isTensor = (value): value is Tensor =>
      typeof value === 'object' && value !== null && #data in value;
    isUntouched = (tensor) =>
      tensor.data === tensor.#data &&
      tensor.shape === tensor.#shape &&
      tensor.dtype === tensor.#dtype &&
      tensor.memoryFormat === tensor.#memoryFormat &&
      tensor.size === tensor.#size;
  }

  /** The elements, in the order that `memoryFormat` says. */
  readonly data: FloatArray<D>;
  /** The sizes, always reported as (N, C, ...); frozen. */
  readonly shape: readonly number[];
  /** The element type of `data`. */
  readonly dtype: D;
  /** How the elements of (N, C, ...) lie in `data`. */
  readonly memoryFormat: MemoryFormat;

  /**
   * Takes `data` as it is, without a copy.
   *
   * @param data - `Float32Array` or `Float64Array`, over an ArrayBuffer or a SharedArrayBuffer
   * @param shape - sizes whose product is `data.length`; `[]` for a single number
   * @param memoryFormat - how `data` is laid out
   * @throws DTypeError where `data` has another type
   * @throws ShapeError where `shape` is invalid or does not fit `data`
   * @throws ArgumentError where `shape` is no array or `memoryFormat` is unknown
   */
  constructor(data: FloatArray<D>, shape: readonly number[], memoryFormat?: MemoryFormat);
  /**
   * `name` is what error messages call this tensor.
   *
   * @internal
   */
  constructor(
    data: FloatArray<D>,
    shape: readonly number[],
    memoryFormat: MemoryFormat | undefined,
    name: string,
  );
  constructor(
    data: FloatArray<D>,
    shape: readonly number[],
    memoryFormat: MemoryFormat = 'contiguous',
    name = 'Tensor',
  ) {
    if (!isFloatArray(data)) {
      throw new DTypeError(
        `${name}: data must be a Float32Array or a Float64Array, got ${nameOf(data)}`,
      );
    }
    this.data = this.#data = data;
    this.shape = this.#shape = checkShape(shape, name);
    this.dtype = this.#dtype = dtypeOf(data) as D;
    this.memoryFormat = this.#memoryFormat = checkMemoryFormat(memoryFormat, this.shape, name);
    this.#size = sizeOf(this.shape);
    if (data.length !== this.size) {
      throw new ShapeError(
        `${name}: data has ${data.length} elements, but shape ${formatShape(this.shape)} needs ${this.size}`,
      );
    }
  }

  /**
   * A tensor of zeros in shared memory: sent to another thread it is not copied, and each sees what
   * the other writes. Asynchronous calls work on such memory without a copy.
   *
   * @param shape - (N, C, ...), sizes of 0 and more
   * @throws ShapeError, DTypeError or ArgumentError where `shape` or an option makes no sense, or
   * there is not as much memory
   *
   * @example
   * ```ts
   * const images = Tensor.shared([32, 3, 224, 224]);
   * worker.postMessage(images); // there: const images = asTensor(message);
   * ```
   */
  static shared<D extends DType = 'float32'>(
    shape: readonly number[],
    options?: TensorOptions<D>,
  ): Tensor<D>;
  static shared(
    shape: readonly number[],
    options: TensorOptions = {},
    ...others: readonly unknown[]
  ): Tensor {
    const name = 'Tensor.shared';
    refuseLooseSizes(name, [shape, options, ...others]);
    const { dtype = 'float32', memoryFormat } = readOptions(options, name);
    const sizes = checkShape(shape, name);
    checkMemoryFormat(memoryFormat ?? 'contiguous', sizes, name);
    return new Tensor(allocateShared(dtype, sizeOf(sizes)), sizes, memoryFormat, name);
  }

  /** The number of elements. */
  get size(): number {
    return this.#size;
  }

  /** Another name of {@link shape}, as onnxruntime has it. */
  get dims(): readonly number[] {
    return this.shape;
  }

  /** The number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /**
   * One entry along an axis, with one dimension less: `t.select(0, 2)` is PyTorch's `t[2]` and
   * `t.select(0, 2)`.
   *
   * It shares memory with this tensor if its elements lie side by side in it, and is a copy if not:
   *
   * - contiguous: an entry of axis 0 shares memory (of a later axis, if all before it have size 1);
   * - channels last: an entry of axis 0 is a contiguous copy, for without the batch dimension there
   *   is no channels last; `slice(i, i + 1)` keeps that dimension, and shares memory.
   *
   * PyTorch's views always share memory. To write through, compare `data.buffer`, or write to `data`.
   *
   * @param axis - counts from the end if negative
   * @param index - counts from the end if negative
   * @throws ArgumentError where there is no such axis or index, or the memory is gone
   *
   * @example
   * ```ts
   * const image = batch.select(0, 3); // (C, H, W) of (N, C, H, W)
   * ```
   */
  select(axis: number, index: number): Tensor<D> {
    return selectOf(this, axis, index);
  }

  /**
   * The entries from `start` up to `end` of an axis, PyTorch's `t[start:end]`, in the same memory
   * format. As in Python and in JavaScript's arrays, negative bounds count from the end, and bounds
   * beyond it stand for it.
   *
   * Along axis 0 it shares memory with this tensor, in both memory formats; along another one it is
   * a copy, unless all axes that lie outside it in memory have size 1.
   *
   * @param start - default 0
   * @param end - the first that is left out; default the size of the axis
   * @param axis - default 0; counts from the end if negative
   * @throws ArgumentError where there is no such axis, a bound is no integer, or the memory is gone
   *
   * @example
   * ```ts
   * const half = batch.slice(0, 16);
   * const reds = images.slice(0, 1, 1); // the first channel of (N, C, H, W)
   * ```
   */
  slice(start = 0, end = Number.POSITIVE_INFINITY, axis = 0): Tensor<D> {
    return sliceOf(this, start, end, axis);
  }

  /**
   * The entries along axis 0, each as {@link select} gives it. A tensor of shape `[]` has none, and
   * is not iterable.
   *
   * @example
   * ```ts
   * for (const image of batch) console.log(image.shape);
   * ```
   */
  get [Symbol.iterator](): () => IterableIterator<Tensor<D>> {
    // Test runners ask whatever is iterable for its elements, down to single numbers.
    if (this.ndim === 0) return undefined as never;
    return () => entriesOf(this);
  }

  /**
   * The elements as nested arrays in logical (N, C, ...) order; a plain number for shape `[]`.
   *
   * @throws ArgumentError where the memory is gone, as {@link item}, {@link clone},
   * {@link reshape}, {@link to} and {@link toString} do
   */
  toArray(): NestedArray {
    requireMemory('toArray', 'the tensor', this.data, this.size);
    return nest(this.data, this.shape, stridesOf(this.shape, this.memoryFormat));
  }

  /**
   * The only element.
   *
   * @throws ArgumentError where there is not exactly one
   */
  item(): number {
    requireMemory('item', 'the tensor', this.data, this.size);
    const [value] = this.data;
    if (value === undefined || this.size !== 1) {
      throw new ArgumentError(
        `a Tensor with ${this.size} elements cannot be converted to Scalar; toArray() gives them all`,
      );
    }
    return value;
  }

  /** A copy with memory of its own, in the same dtype and memory format. */
  clone(): Tensor<D> {
    requireMemory('clone', 'the tensor', this.data, this.size);
    const data = allocateUninitialized(this.dtype, this.data.length);
    copy(this.data, data);
    return new Tensor<D>(data, this.shape, this.memoryFormat);
  }

  /**
   * The same elements, in logical order, under another shape. The result is contiguous. It shares
   * memory with this tensor, except where a channels-last one must be copied into logical order.
   *
   * @param shape - sizes with the same product; one of them may be -1 and is inferred
   * @throws ShapeError where the sizes do not fit
   */
  reshape(shape: readonly number[]): Tensor<D>;
  reshape(shape: readonly number[], ...others: readonly unknown[]): Tensor<D> {
    refuseLooseSizes('reshape', [shape, ...others]);
    requireMemory('reshape', 'the tensor', this.data, this.size);
    const sizes = inferShape(shape, this.size);
    const inOrder = this.memoryFormat === 'contiguous' || formatsAgree(this.shape);
    const { data } = inOrder ? this : this.to({ memoryFormat: 'contiguous' });
    return new Tensor<D>(data, sizes);
  }

  /**
   * This tensor in another dtype, memory format or both: a copy, or this very tensor where nothing
   * changes. An option left out stays as it is.
   *
   * @throws DTypeError, ArgumentError or ShapeError where an option is unknown or does not fit
   */
  to<To extends DType = D>(options: TensorOptions<To>): Tensor<To>;
  to(options: TensorOptions): Tensor {
    requireMemory('to', 'the tensor', this.data, this.size);
    const { dtype = this.dtype, memoryFormat = this.memoryFormat } = readOptions(options, 'to');
    const format = checkMemoryFormat(memoryFormat, this.shape, 'to');
    if (dtype === this.dtype && format === this.memoryFormat) return this;
    const data = allocateUninitialized(dtype, this.data.length);
    if (format === this.memoryFormat || formatsAgree(this.shape)) copy(this.data, data);
    else changeFormat(this.data, data, this.shape, format);
    return new Tensor(data, this.shape, format);
  }

  /** The tensor as PyTorch prints it; more than 1000 elements are summarised. */
  toString(): string {
    return formatTensor(this);
  }

  /** What errors and `Object.prototype.toString` call it. */
  get [Symbol.toStringTag](): string {
    return 'Tensor';
  }

  [inspectCustom](): string {
    return this.toString();
  }
}

/** A detached array cannot be read, even where it should hold nothing. */
function copy(source: FloatArray, target: FloatArray): void {
  if (source.length > 0) target.set(source);
}
