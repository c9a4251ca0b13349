import { types } from 'node:util';
import { meantValue } from '../did-you-mean';
import { ArgumentError, DTypeError } from '../errors';
import { nameOf } from './name-of';

/** Element type of a tensor. */
export type DType = 'float32' | 'float64';

interface FloatArrays {
  float32: Float32Array;
  float64: Float64Array;
}

/** The memory of a tensor: `Float32Array` for float32, `Float64Array` for float64. */
export type FloatArray<D extends DType = DType> = FloatArrays[D];

/** The dtype of a typed array, as far as its type says. */
export type DTypeOfArray<Data> = Data extends Float32Array
  ? 'float32'
  : Data extends Float64Array
    ? 'float64'
    : DType;

/** The dtype of whatever stands for a tensor, as far as its type says. */
export type DTypeOf<Value> = Value extends { readonly dtype: infer D extends DType }
  ? D
  : Value extends { readonly data: infer Data }
    ? DTypeOfArray<Data>
    : DType;

/** Bytes, as decoders give them; a Buffer is a Uint8Array. */
export type ByteArray = Uint8Array | Uint8ClampedArray;

/**
 * Says whether `value` is a Float32Array or a Float64Array, of whatever realm.
 *
 * @internal
 */
export function isFloatArray(value: unknown): value is FloatArray {
  return types.isFloat32Array(value) || types.isFloat64Array(value);
}

/**
 * The element type of `data`.
 *
 * @internal
 */
export function dtypeOf(data: FloatArray): DType {
  return types.isFloat32Array(data) ? 'float32' : 'float64';
}

/**
 * `value` as a dtype; `name` is what the error calls its owner.
 *
 * @internal
 */
export function checkDType(value: unknown, name: string): DType {
  if (value === 'float32' || value === 'float64') return value;
  throw new DTypeError(
    `${name}: dtype must be 'float32' or 'float64', got ${nameOf(value)}${meantValue(value, meanings)}`,
  );
}

const meanings = {
  float32: ['float', 'single', 'f32', 'fp32', 'float32array'],
  float64: ['double', 'f64', 'fp64', 'float64array'],
};

/**
 * Zeroed memory for `size` elements, or an error that says how much was asked for.
 *
 * @internal
 */
export function allocate<D extends DType>(dtype: D, size: number): FloatArray<D>;
export function allocate(dtype: DType, size: number): FloatArray {
  const Type = dtype === 'float32' ? Float32Array : Float64Array;
  return allocateArray<FloatArray>(Type, dtype, size);
}

/**
 * The same for arrays of any type; `name` is what the error calls it.
 *
 * @internal
 */
export function allocateArray<T>(
  Type: { readonly BYTES_PER_ELEMENT: number; new (size: number): T },
  name: string,
  size: number,
): T {
  try {
    return new Type(size);
  } catch (cause) {
    const bytes = size * Type.BYTES_PER_ELEMENT;
    throw new ArgumentError(`cannot allocate ${bytes} bytes for ${size} ${name} elements`, {
      cause,
    });
  }
}
