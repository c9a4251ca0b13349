import { types } from 'node:util';
import { ArgumentError, DTypeError, ShapeError } from '../errors';
import { littleEndianBytes } from '../formats/byte-order';
import type { DType, FloatArray } from '../tensor/dtype';
import type { IntegerArray, IntegerDType, IntegerTensor } from '../tensor/integer-tensor';
import { nameOf } from '../tensor/name-of';
import { checkShape, formatShape, sizeOf } from '../tensor/shape';
import { asTensor, type TensorLike } from '../tensor/tensor-like';

/** What can be saved: tensors of floating-point numbers or of integers, or what stands for one. */
export type SaveableTensor =
  | TensorLike
  | IntegerTensor
  | { readonly data: IntegerArray; readonly shape: readonly number[] };

/** A tensor as it goes into a file. */
export interface Written {
  readonly type: DType | IntegerDType;
  readonly shape: readonly number[];
  /** The elements in row-major order, least significant byte first. */
  bytes(): Iterable<Uint8Array>;
}

const integerTypes: ReadonlyMap<string, IntegerDType> = new Map([
  ['Uint8Array', 'uint8'],
  ['Int8Array', 'int8'],
  ['Uint16Array', 'uint16'],
  ['Int16Array', 'int16'],
  ['Uint32Array', 'uint32'],
  ['Int32Array', 'int32'],
  ['BigUint64Array', 'uint64'],
  ['BigInt64Array', 'int64'],
]);

/** Elements whose bytes are made in one go: those always fit into an array of bytes. */
const most = 2 ** 26;

/**
 * How `value` goes into a file.
 *
 * @throws as `asTensor`, for what is no tensor of integers either
 */
export function writtenFrom(value: SaveableTensor, name: string, caller: string): Written {
  if (typeof value === 'object' && value !== null && 'data' in value) {
    const { data } = value;
    const type = types.isTypedArray(data) ? integerTypes.get(data[Symbol.toStringTag]) : undefined;
    if (type !== undefined)
      return integers(value, data as IntegerArray, type, `${caller}: ${name}`);
  }
  const tensor = asTensor(value as TensorLike, name, caller);
  return {
    type: tensor.dtype,
    shape: tensor.shape,
    bytes: () => bytesOf(tensor.to({ memoryFormat: 'contiguous' }).data),
  };
}

function integers(value: object, data: IntegerArray, type: IntegerDType, name: string): Written {
  const {
    shape,
    dims,
    stride,
    dtype,
    type: dtypeOfOnnx,
  } = value as Partial<Record<string, unknown>>;
  if (stride !== undefined) {
    throw new ArgumentError(`${name}: integers should be { data, shape }, got an ndarray`);
  }
  const sizes = checkShape(shape ?? dims, name);
  if (sizeOf(sizes) !== data.length) {
    throw new ShapeError(
      `${name}: data has ${data.length} elements, but shape ${formatShape(sizes)} needs ${sizeOf(sizes)}`,
    );
  }
  const said = dtype ?? dtypeOfOnnx ?? type;
  if (said !== type && !(said === 'bool' && type === 'uint8')) {
    const why =
      said === 'float16' || said === 'bfloat16'
        ? 'is not written: pass the values as float32, in a Float32Array'
        : `does not go with ${nameOf(data)}`;
    throw new DTypeError(`${name}: dtype ${nameOf(said)} ${why}`);
  }
  return { type: said === 'bool' ? 'bool' : type, shape: sizes, bytes: () => bytesOf(data) };
}

function* bytesOf(data: FloatArray | IntegerArray): Iterable<Uint8Array> {
  for (let first = 0; first < data.length; first += most) {
    yield littleEndianBytes(data.subarray(first, first + most));
  }
}
