import { DTypeError, ShapeError } from '../errors';
import { requireMemory } from '../tensor/memory';
import { formatsAgree, type MemoryFormat } from '../tensor/memory-format';
import { formatShape, sameShape } from '../tensor/shape';
import { Tensor } from '../tensor/tensor';
import type { Described } from './described';

/** Checks a tensor that is read beside the input, element by element; of any memory format. */
export function checkLikeInput(
  caller: string,
  name: string,
  tensor: Tensor,
  input: Described,
): void {
  checkShapeLike(caller, name, tensor, input);
  if (tensor.dtype !== input.dtype) {
    throw new DTypeError(
      `${caller}: expected scalar type ${input.dtype} but found ${tensor.dtype}: ` +
        `${name} should have the input's dtype, convert it with to({ dtype: '${input.dtype}' })`,
    );
  }
  requireMemory(caller, name, tensor.data, tensor.size);
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

/** Whether the elements of a tensor lie as in this memory format. */
export function liesIn(tensor: Described, format: MemoryFormat): boolean {
  return tensor.memoryFormat === format || formatsAgree(tensor.shape);
}

/** A tensor in this memory format: itself, or a copy where its elements lie in another order. */
export function inFormat(tensor: Tensor, format: MemoryFormat): Tensor {
  if (tensor.memoryFormat === format) return tensor;
  if (formatsAgree(tensor.shape)) return new Tensor(tensor.data, tensor.shape, format);
  return tensor.to({ memoryFormat: format });
}
