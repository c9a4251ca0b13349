import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';

/** asTensor for an argument that may be absent. */
export function optional(
  value: TensorLike | null | undefined,
  name: string,
  caller: string,
): Tensor | null {
  return value === null || value === undefined ? null : asTensor(value, name, caller);
}
