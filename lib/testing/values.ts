import { types } from 'node:util';
import { ArgumentError, ShapeError } from '../errors';
import type { DType } from '../tensor/dtype';
import type { IntegerDType, IntegerTensor } from '../tensor/integer-tensor';
import { nameOf } from '../tensor/name-of';
import { sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';

/** Elements in logical order, of a tensor or of what stands for one. */
export interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: DType | IntegerDType;
}

export function isFloating(dtype: DType | IntegerDType): dtype is DType {
  return dtype === 'float32' || dtype === 'float64';
}

/** Whether a value is to be compared element by element: a tensor, or a typed array of numbers. */
export function isTensorLike(
  value: unknown,
): value is TensorLike | IntegerTensor | ArrayBufferView {
  if (types.isTypedArray(value)) return true;
  if (typeof value !== 'object' || value === null || !('data' in value)) return false;
  return types.isTypedArray(value.data) && ('shape' in value || 'dims' in value);
}

/** @param name What errors call it. */
export function readValues(
  name: string,
  value: TensorLike | IntegerTensor | ArrayBufferView,
): Values {
  if (types.isTypedArray(value)) return ofArray(name, value, [value.length]);
  const { data } = value as { data: unknown };
  if (types.isFloat32Array(data) || types.isFloat64Array(data)) {
    const tensor: Tensor = asTensor(value as TensorLike, name, 'assertClose');
    return tensor.to({ memoryFormat: 'contiguous' });
  }
  const { shape, dims, dtype } = value as Partial<Record<'shape' | 'dims' | 'dtype', unknown>>;
  const sizes = (shape ?? dims) as readonly number[];
  const values = ofArray(name, data, sizes);
  return dtype === 'bool' ? { ...values, dtype } : values;
}

const dtypes: Readonly<Record<string, DType | IntegerDType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int8Array: 'int8',
  Uint16Array: 'uint16',
  Int16Array: 'int16',
  Uint32Array: 'uint32',
  Int32Array: 'int32',
  BigUint64Array: 'uint64',
  BigInt64Array: 'int64',
};

function ofArray(name: string, data: unknown, shape: readonly number[]): Values {
  const dtype = dtypes[nameOf(data)];
  if (dtype === undefined) {
    throw new ArgumentError(`assertClose: ${name} holds ${nameOf(data)}, which is not compared`);
  }
  const array = data as ArrayLike<number | bigint>;
  if (array.length !== sizeOf(shape)) {
    throw new ShapeError(
      `assertClose: ${name} has ${array.length} elements, its shape [${shape.join(', ')}]`,
    );
  }
  const isBig = dtype === 'int64' || dtype === 'uint64';
  return { data: isBig ? Array.from(array, Number) : (array as ArrayLike<number>), shape, dtype };
}
