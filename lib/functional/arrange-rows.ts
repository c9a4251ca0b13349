import { ShapeError } from '../errors';
import { requireMemory } from '../tensor/memory';
import { formatShape, sameShape, sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Arranged } from './arranged';
import type { Caller } from './caller';
import { type Affine, checkParameterShape } from './parameters';

/**
 * The input of LayerNorm and RMSNorm: (..., *normalizedShape), each row of which is normalized by
 * itself and has a weight for each element. Its elements are taken in logical order; RMSNorm, which is
 * not centered, gives results of the input's memory format.
 */
export function arrangeRows(
  caller: Caller,
  normalizedShape: readonly number[],
  centered: boolean,
  input: Tensor,
  { weight, bias }: Affine,
): Arranged {
  const { shape } = input;
  const leading = shape.length - normalizedShape.length;
  if (leading < 0 || !sameShape(shape.slice(leading), normalizedShape)) {
    throw new ShapeError(
      `${caller.name}: Given normalized_shape=${formatShape(normalizedShape)}, expected input with ` +
        `shape [*, ${normalizedShape.join(', ')}], but got input of size${formatShape(shape)}`,
    );
  }
  const ofThatShape = (found: string) =>
    `of same shape as normalized_shape, ${found} and normalized_shape = ` +
    formatShape(normalizedShape);
  checkParameterShape(caller, 'weight', weight, normalizedShape, input, ofThatShape);
  checkParameterShape(caller, 'bias', bias, normalizedShape, input, ofThatShape);
  requireMemory(caller.name, 'input', input.data, input.size);
  return {
    input,
    memoryFormat: 'contiguous',
    // PyTorch's RMSNorm is made of operations that keep the format; its LayerNorm is one that does not.
    outputFormat: centered ? 'contiguous' : input.memoryFormat,
    n: sizeOf(shape.slice(0, leading)),
    c: sizeOf(normalizedShape),
    s: 1,
    channelsLast: false,
    groups: 1,
    centered,
    parameterShape: normalizedShape,
  };
}
