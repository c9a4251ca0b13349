import { DTypeError, ShapeError } from '../errors';
import { requireMemory } from '../tensor/memory';
import { formatsAgree } from '../tensor/memory-format';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Described } from './described';

/**
 * Checks a tensor that is read beside the input, element by element. Returns it in the input's
 * memory format, which is a copy where it comes in another.
 */
export function likeInput(caller: string, name: string, tensor: Tensor, input: Described): Tensor {
  checkShapeLike(caller, name, tensor, input);
  if (tensor.dtype !== input.dtype) {
    throw new DTypeError(
      `${caller}: expected scalar type ${input.dtype} but found ${tensor.dtype}: ` +
        `${name} should have the input's dtype, convert it with to({ dtype: '${input.dtype}' })`,
    );
  }
  requireMemory(caller, name, tensor.data, tensor.size);
  return sameLayout(tensor, input) ? tensor : tensor.to({ memoryFormat: input.memoryFormat });
}

export function checkShapeLike(
  caller: string,
  name: string,
  tensor: Tensor,
  input: Described,
): void {
  if (sameShape(tensor.shape, input.shape)) return;
  throw new ShapeError(
    `${caller}: ${name} should have the input's shape ${formatShape(input.shape)}, ` +
      `got ${formatShape(tensor.shape)}`,
  );
}

/** Whether the elements of two tensors of one shape come in the same order in memory. */
export function sameLayout(a: Tensor, b: Described): boolean {
  return a.memoryFormat === b.memoryFormat || formatsAgree(a.shape);
}
