import { type DType, type FloatArray, type MemoryFormat, Tensor } from 'batchnorm';

const padding = 67; // more than a vector of any target, and odd

/** A tensor at an odd offset of its buffer, with NaN all around it. */
export function misaligned(
  shape: readonly number[],
  dtype: DType,
  memoryFormat: MemoryFormat,
): { tensor: Tensor; paddingIsIntact: () => boolean } {
  const size = shape.reduce((product, n) => product * n, 1);
  const Type = dtype === 'float32' ? Float32Array : Float64Array;
  const whole: FloatArray = new Type(size + 2 * padding).fill(Number.NaN);
  const inside = whole.subarray(padding, padding + size).fill(0);
  return {
    tensor: new Tensor(inside, shape, memoryFormat),
    paddingIsIntact: () =>
      whole.subarray(0, padding).every(Number.isNaN) &&
      whole.subarray(padding + size).every(Number.isNaN),
  };
}
