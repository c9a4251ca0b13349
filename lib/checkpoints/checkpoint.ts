import type { IntegerTensor } from '../tensor/integer-tensor';
import type { Tensor } from '../tensor/tensor';

/**
 * What a file of named tensors holds, as `loadStateDict` takes it. float16 and bfloat16 come as
 * float32, exactly; a single int64 as a number, as counters are, if it is a safe integer.
 */
export type Checkpoint = Record<string, Tensor | IntegerTensor | number>;

/** A tensor as a {@link Checkpoint} has it. */
export function checkpointValue(tensor: Tensor | IntegerTensor): Tensor | IntegerTensor | number {
  if (tensor.dtype !== 'int64' || tensor.shape.length > 0) return tensor;
  const value = Number(tensor.data[0]);
  return Number.isSafeInteger(value) ? value : tensor;
}
