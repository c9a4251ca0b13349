import { types } from 'node:util';
import { ArgumentError, ShapeError } from '../errors';
import { type DTypeOf, dtypeOf, type FloatArray, isFloatArray } from './dtype';
import { memoryGone } from './memory';
import { type MemoryFormat, stridesOf } from './memory-format';
import { nameOf } from './name-of';
import { checkShape, formatShape, readIntegers, sizeOf } from './shape';
import { isTensor, isUntouched, Tensor } from './tensor';
import { isTensorFlows, tensorFlowsHint } from './tensorflow';

/** A plain object with the elements and their shape (N, C, ...). */
export interface ShapedData {
  readonly data: FloatArray;
  readonly shape: readonly number[];
  /** How `data` is laid out; default `'contiguous'`. */
  readonly memoryFormat?: MemoryFormat | undefined;
}

/** A tensor of onnxruntime. Its type leaves open what `data` holds; float32 and float64 are taken. */
export interface DimsData {
  readonly data: ArrayBufferView | readonly string[];
  readonly dims: readonly number[];
}

/** An ndarray of scijs, whose elements are dense in row-major or in channels-last order. */
export interface StridedData {
  readonly data: FloatArray;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
}

/** Whatever is taken where a tensor goes in. None of them is copied. */
export type TensorLike = Tensor | ShapedData | DimsData | StridedData;

/**
 * `value` as a Tensor over the same memory: itself where it is one already. As `torch.as_tensor`,
 * but that it never copies.
 *
 * So a tensor that came with a message, of which `postMessage` makes a plain object, is a Tensor
 * again, of the same memory format. A Parameter comes as its values alone: `new Parameter(message)`.
 *
 * @param value - see {@link TensorLike}
 * @throws ArgumentError where `value` is none of the accepted kinds, or its memory is gone
 * @throws DTypeError where the elements are neither float32 nor float64
 * @throws ShapeError where shape, strides or offset do not fit the data
 *
 * @example
 * ```ts
 * parentPort.on('message', (message) => {
 *   const x = asTensor(message);
 * });
 * ```
 */
export function asTensor<Value extends TensorLike>(value: Value): Tensor<DTypeOf<Value>>;
/**
 * Each property is read once, so an object that answers differently each time cannot slip past the
 * checks.
 *
 * @param name - what error messages call it
 * @param caller - what they begin with: the function or module that it was given to
 *
 * @internal
 */
export function asTensor(value: TensorLike, name: string, caller?: string): Tensor;
export function asTensor(value: TensorLike, name = 'asTensor: value', caller?: string): Tensor {
  if (isTensor(value) && (isUntouched(value) || isSound(value))) {
    if (value.data.length === value.size) return value;
    throw new ArgumentError(prefix(caller) + memoryGone(name, value.data, value.size));
  }
  return fromObject(value, prefix(caller) + name);
}

/** Whether the fields are such as the constructor puts there; others are read anew. */
function isSound(tensor: Tensor): boolean {
  const { data, dtype, shape, memoryFormat } = tensor;
  return (
    isFloatArray(data) &&
    dtypeOf(data) === dtype &&
    Object.isFrozen(shape) &&
    Array.isArray(shape) &&
    tensor.size === sizeOf(shape) &&
    formats.includes(memoryFormat)
  );
}

function prefix(caller: string | undefined): string {
  return caller === undefined ? '' : `${caller}: `;
}

function fromObject(value: unknown, name: string): Tensor {
  if (typeof value !== 'object' || value === null || isArray(value)) throw notATensor(value, name);
  const { data, shape, dims, stride, offset, memoryFormat } = value as Partial<Anything>;
  const sizes = shape ?? dims;
  const isMissing = data === undefined || sizes === undefined;
  if (isMissing || isTensorFlows(value)) throw notATensor(value, name);
  if (stride !== undefined) return fromStrided(data, sizes, stride, offset, name);
  // The constructor checks what these claim to be.
  return new Tensor(
    data as FloatArray,
    sizes as readonly number[],
    (memoryFormat ?? undefined) as MemoryFormat | undefined,
    name,
  );
}

type Anything = Record<'data' | 'shape' | 'dims' | 'stride' | 'offset' | 'memoryFormat', unknown>;

function isArray(value: unknown): boolean {
  return Array.isArray(value) || types.isTypedArray(value);
}

function notATensor(value: unknown, name: string): ArgumentError {
  return new ArgumentError(
    `${name} must be a Tensor, { data, shape }, { data, dims } or an ndarray, got ` +
      nameOf(value) +
      hintFor(value),
  );
}

function hintFor(value: unknown): string {
  if (isArray(value)) return '; tensor(values, shape) makes a Tensor of it';
  if (isTensorFlows(value)) return tensorFlowsHint;
  return types.isPromise(value) ? '; await it' : '';
}

function fromStrided(
  data: unknown,
  shape: unknown,
  stride: unknown,
  offset: unknown,
  name: string,
): Tensor {
  const sizes = checkShape(shape, name);
  const strides = readIntegers(stride, `${name}: stride`);
  const format = formatOf(sizes, strides, name);
  const start = offset ?? 0;
  const size = sizeOf(sizes);
  if (typeof start !== 'number' || !Number.isSafeInteger(start) || start < 0) {
    throw new ArgumentError(`${name}: offset must be a non-negative integer, got ${nameOf(start)}`);
  }
  if (!isFloatArray(data)) return new Tensor(data as FloatArray, sizes, format, name); // its error
  if (start + size > data.length) {
    throw new ShapeError(
      `${name}: data has ${data.length} elements, but shape ${formatShape(sizes)} at offset ${start} needs ${start + size}`,
    );
  }
  const whole = start === 0 && size === data.length;
  return new Tensor(whole ? data : data.subarray(start, start + size), sizes, format, name);
}

const formats: readonly MemoryFormat[] = ['contiguous', 'channelsLast'];

/** The memory format whose strides these are; strides of dimensions of size 1 do not matter. */
function formatOf(
  sizes: readonly number[],
  strides: readonly number[],
  name: string,
): MemoryFormat {
  const empty = sizeOf(sizes) === 0;
  const format = formats.find((candidate) => {
    const dense = stridesOf(sizes, candidate);
    return sizes.every((size, dim) => empty || size === 1 || strides[dim] === dense[dim]);
  });
  if (format !== undefined && strides.length === sizes.length) return format;
  throw new ShapeError(
    `${name}: strides ${formatShape(strides)} of shape ${formatShape(sizes)} are neither contiguous nor channels last; copy the ndarray into a dense one first`,
  );
}
