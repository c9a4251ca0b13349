import { allocateArray, type FloatArray } from '../tensor/dtype';
import type { IntegerArray, IntegerDType, IntegerTensor } from '../tensor/integer-tensor';
import { stridesOf } from '../tensor/memory-format';
import { sizeOf } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import { allocateUninitialized } from '../tensor/uninitialized';
import type { ArrayHeader } from './array-header';
import { fromByteOrder } from './byte-order';
import { type ElementType, elementBytes } from './element-type';
import type { Input } from './input';
import { widen } from './widen';

/** Elements of a file, as its header describes them. */
export type Elements = Omit<ArrayHeader, 'offset'>;

/** What comes from 16-bit floats is float32. */
const floatTypes = {
  float16: 'float32',
  bfloat16: 'float32',
  float32: 'float32',
  float64: 'float64',
} as const;

const integerArrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
} as const satisfies Record<IntegerDType, unknown>;

/** Elements that are read in one go: their bytes always fit into an array of bytes. */
const most = 2 ** 26;

/** Elements in Fortran order that are read in one go: they stay in the cache until they are put right. */
const mostToReorder = 2 ** 14;

/** Reads the next elements of a file into memory of their own, which the caller knows to be there. */
export function readElements(input: Input, elements: Elements): Tensor | IntegerTensor {
  const { type, shape } = elements;
  if (isFloat(type)) {
    const data = allocateUninitialized(floatTypes[type], sizeOf(shape));
    fill(data, input, elements);
    return new Tensor(data, shape);
  }
  const data = allocateArray<IntegerArray>(integerArrays[type], type, sizeOf(shape));
  fill(data, input, elements);
  return { dtype: type, data, shape };
}

function isFloat(type: ElementType): type is keyof typeof floatTypes {
  return type in floatTypes;
}

function fill(data: FloatArray | IntegerArray, input: Input, elements: Elements): void {
  if (elements.fortranOrder) fillReordered(data as FloatArray, input, elements);
  else {
    for (let first = 0; first < data.length; first += most) {
      read(data.subarray(first, first + most), input, elements);
    }
  }
}

/** Reads as many elements as `data` has room for. */
function read(data: FloatArray | IntegerArray, input: Input, elements: Elements): void {
  const { type, endianness } = elements;
  const { buffer, byteOffset, byteLength } = data;
  const size = data.length * elementBytes[type];
  const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset + byteLength - size, size);
  input.read(bytes);
  fromByteOrder(bytes, elementBytes[type], endianness);
  if (type === 'float16' || type === 'bfloat16') widen(data as Float32Array, type);
}

/** For arrays of BigInt too, whose elements are only passed on. */
function fillReordered(data: FloatArray, input: Input, elements: Elements): void {
  const { shape } = elements;
  const strides = stridesOf(shape, 'contiguous');
  const index = shape.map(() => 0);
  const some = data.slice(0, mostToReorder);
  let to = 0;
  for (let first = 0; first < data.length; first += some.length) {
    const next = some.subarray(0, data.length - first);
    read(next, input, elements);
    for (let i = 0; i < next.length; i++) {
      data[to] = next[i] as number;
      for (let dim = 0; dim < index.length; dim++) {
        to += strides[dim] as number;
        if (++(index[dim] as number) < (shape[dim] as number)) break;
        to -= (strides[dim] as number) * (shape[dim] as number);
        index[dim] = 0;
      }
    }
  }
}
