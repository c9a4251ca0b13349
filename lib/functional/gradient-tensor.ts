import type { DType } from '../tensor/dtype';
import { Tensor } from '../tensor/tensor';

/** A parameter's gradient, as a kernel has added it up, in the parameter's dtype and shape. */
export function gradientTensor(
  values: Float64Array,
  dtype: DType,
  shape: readonly number[] = [values.length],
): Tensor {
  return new Tensor(dtype === 'float64' ? values : new Float32Array(values), shape);
}
