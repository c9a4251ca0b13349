import { types } from 'node:util';
import { ArgumentError, DTypeError } from '../errors';
import {
  allocate,
  type DType,
  type DTypeOfArray,
  dtypeOf,
  type FloatArray,
  isFloatArray,
} from './dtype';
import { checkMemoryFormat } from './memory-format';
import { nameOf } from './name-of';
import { flatten, type NestedArray, nestedShape } from './nested';
import { readOptions, type TensorOptions } from './options';
import { fillNormal, fillUniform } from './random';
import { checkShape, formatShape, refuseLooseSizes, sizeOf } from './shape';
import { Tensor } from './tensor';
import { allocateUninitialized } from './uninitialized';

/** A typed array that `tensor()` takes. */
export type TypedArray =
  | FloatArray
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/**
 * A tensor of the given values.
 *
 * - Nested arrays are copied, float32 unless `dtype` says otherwise. They are in logical
 *   (N, C, ...) order; `memoryFormat` says how the tensor stores them.
 * - A Float32Array or Float64Array becomes `data` itself, without a copy, in its own dtype;
 *   `memoryFormat` says how it is laid out. Another `dtype` copies and converts.
 * - Other typed arrays need an explicit `dtype`, and are converted.
 *
 * @param values - a number, nested arrays of numbers, or a typed array
 * @param shape - (N, C, ...); default the nesting's own, or `[length]` of a typed array
 * @throws ShapeError where rows differ in length or `shape` does not fit
 * @throws DTypeError where the dtype is unknown, or missing for an integer array
 * @throws ArgumentError where a value is no number
 *
 * @example
 * ```ts
 * tensor([[1, 2], [3, 4]]); // tensor([[1., 2.], [3., 4.]])
 * tensor(new Float32Array(6), [2, 3], { memoryFormat: 'channelsLast' });
 * ```
 */
export function tensor<Data extends FloatArray>(
  values: Data,
  shape?: readonly number[],
  options?: TensorOptions & { readonly dtype?: undefined },
): Tensor<DTypeOfArray<Data>>;
export function tensor<D extends DType = 'float32'>(
  values: NestedArray | TypedArray,
  shape?: readonly number[],
  options?: TensorOptions<D>,
): Tensor<D>;
export function tensor(
  values: NestedArray | TypedArray,
  shape?: readonly number[],
  options: TensorOptions = {},
): Tensor {
  const { dtype, memoryFormat } = readOptions(options, 'tensor');
  if (types.isTypedArray(values)) {
    const data = convert(values as TypedArray, dtype);
    return new Tensor(data, shape ?? [data.length], memoryFormat, 'tensor');
  }
  if (typeof values !== 'number' && !Array.isArray(values)) {
    throw new ArgumentError(
      `tensor: values must be a number, nested arrays of numbers or a typed array, got ${nameOf(values)}`,
    );
  }
  const nesting = nestedShape(values);
  const sizes = shape === undefined ? nesting : checkShape(shape, 'tensor');
  checkMemoryFormat(memoryFormat ?? 'contiguous', sizes, 'tensor');
  const data = allocate(dtype ?? 'float32', sizeOf(nesting));
  flatten(values, nesting, data);
  return new Tensor(data, sizes, 'contiguous', 'tensor').to({ memoryFormat });
}

function convert(values: TypedArray, dtype: DType | undefined): FloatArray {
  if (isFloatArray(values) && (dtype ?? dtypeOf(values)) === dtypeOf(values)) return values;
  if (dtype === undefined) {
    throw new DTypeError(
      `tensor: ${nameOf(values)} needs an explicit dtype, such as tensor(values, shape, { dtype: 'float32' })`,
    );
  }
  const data = allocate(dtype, values.length);
  try {
    if (data.length > 0) data.set(isBigIntArray(values) ? Array.from(values, Number) : values);
  } catch (cause) {
    throw new ArgumentError(
      `tensor: the elements of ${nameOf(values)} cannot be read: its buffer was detached ` +
        '(transferred) or resized',
      { cause },
    );
  }
  return data;
}

function isBigIntArray(values: TypedArray): values is BigInt64Array | BigUint64Array {
  return types.isBigInt64Array(values) || types.isBigUint64Array(values);
}

/**
 * A tensor filled with zeros.
 *
 * @param shape - (N, C, ...), sizes of 0 and more
 * @throws ShapeError where `shape` is invalid
 */
export function zeros<D extends DType = 'float32'>(
  shape: readonly number[],
  options?: TensorOptions<D>,
): Tensor<D>;
export function zeros(
  shape: readonly number[],
  options: TensorOptions = {},
  ...others: readonly unknown[]
): Tensor {
  refuseLooseSizes('zeros', [shape, options, ...others]);
  return create('zeros', shape, options);
}

/**
 * A tensor filled with ones.
 *
 * @param shape - (N, C, ...), sizes of 0 and more
 * @throws ShapeError where `shape` is invalid
 */
export function ones<D extends DType = 'float32'>(
  shape: readonly number[],
  options?: TensorOptions<D>,
): Tensor<D>;
export function ones(
  shape: readonly number[],
  options: TensorOptions = {},
  ...others: readonly unknown[]
): Tensor {
  refuseLooseSizes('ones', [shape, options, ...others]);
  return create('ones', shape, options, (data) => data.fill(1));
}

/**
 * A tensor filled with `value`.
 *
 * @param shape - (N, C, ...), sizes of 0 and more
 * @throws ShapeError where `shape` is invalid
 * @throws ArgumentError where `value` is no number
 */
export function full<D extends DType = 'float32'>(
  shape: readonly number[],
  value: number,
  options?: TensorOptions<D>,
): Tensor<D>;
export function full(
  shape: readonly number[],
  value: number,
  options: TensorOptions = {},
  ...others: readonly unknown[]
): Tensor {
  refuseLooseSizes('full', [shape, value, options, ...others], (sizes) =>
    sizes.length === 1
      ? `[${sizes}], value`
      : `${formatShape(sizes.slice(0, -1))}, ${sizes.at(-1)}`,
  );
  if (typeof value !== 'number') {
    throw new ArgumentError(`full: value must be a number, got ${nameOf(value)}`);
  }
  return create('full', shape, options, (data) => data.fill(value));
}

/**
 * A tensor whose values are for the caller to write; do not count on what they are before. They
 * are never what other memory held.
 *
 * @param shape - (N, C, ...), sizes of 0 and more
 * @throws ShapeError where `shape` is invalid
 */
export function empty<D extends DType = 'float32'>(
  shape: readonly number[],
  options?: TensorOptions<D>,
): Tensor<D>;
export function empty(
  shape: readonly number[],
  options: TensorOptions = {},
  ...others: readonly unknown[]
): Tensor {
  refuseLooseSizes('empty', [shape, options, ...others]);
  return create('empty', shape, options);
}

/**
 * Uniform random numbers in [0, 1): after `manualSeed(n)` the very ones of `torch.rand`.
 *
 * @param shape - (N, C, ...); values are drawn in that order, whatever the memory format
 * @throws ShapeError where `shape` is invalid
 */
export function rand<D extends DType = 'float32'>(
  shape: readonly number[],
  options?: TensorOptions<D>,
): Tensor<D>;
export function rand(
  shape: readonly number[],
  options: TensorOptions = {},
  ...others: readonly unknown[]
): Tensor {
  refuseLooseSizes('rand', [shape, options, ...others]);
  return draw('rand', shape, options, fillUniform);
}

/**
 * Normal random numbers of mean 0 and variance 1: after `manualSeed(n)` those of `torch.randn`, to
 * within rounding.
 *
 * @param shape - (N, C, ...); values are drawn in that order, whatever the memory format
 * @throws ShapeError where `shape` is invalid
 */
export function randn<D extends DType = 'float32'>(
  shape: readonly number[],
  options?: TensorOptions<D>,
): Tensor<D>;
export function randn(
  shape: readonly number[],
  options: TensorOptions = {},
  ...others: readonly unknown[]
): Tensor {
  refuseLooseSizes('randn', [shape, options, ...others]);
  return draw('randn', shape, options, fillNormal);
}

/**
 * A tensor of the shape, dtype and memory format of `like`. It may hold what other memory held
 * before: the caller writes every element before anyone else sees the tensor.
 *
 * @internal
 */
export function emptyLike(like: Pick<Tensor, 'shape' | 'dtype' | 'memoryFormat' | 'size'>): Tensor {
  return new Tensor(allocateUninitialized(like.dtype, like.size), like.shape, like.memoryFormat);
}

type Fill = (data: FloatArray) => void;

function create(
  name: string,
  shape: readonly number[],
  options: TensorOptions,
  fill: Fill = () => {},
): Tensor {
  const { dtype = 'float32', memoryFormat } = readOptions(options, name);
  const sizes = checkShape(shape, name);
  checkMemoryFormat(memoryFormat ?? 'contiguous', sizes, name);
  const data = allocate(dtype, sizeOf(sizes));
  fill(data);
  return new Tensor(data, sizes, memoryFormat, name);
}

/** Values come in logical order, and are put into the memory format afterwards. */
function draw(name: string, shape: readonly number[], options: TensorOptions, fill: Fill): Tensor {
  const { dtype, memoryFormat } = readOptions(options, name);
  const sizes = checkShape(shape, name);
  checkMemoryFormat(memoryFormat ?? 'contiguous', sizes, name);
  return create(name, sizes, { dtype }, fill).to({ memoryFormat });
}
