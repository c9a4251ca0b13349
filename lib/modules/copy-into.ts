import { DTypeError, ShapeError } from '../errors';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';

/** Copies a result that a layer has not written into `out` itself. */
export function copyInto(caller: string, result: Tensor, out: Tensor): Tensor {
  if (!sameShape(result.shape, out.shape)) {
    throw new ShapeError(
      `${caller}: out should have the result's shape ${formatShape(result.shape)}, ` +
        `got ${formatShape(out.shape)}`,
    );
  }
  if (result.dtype !== out.dtype) {
    throw new DTypeError(
      `${caller}: out should have the result's dtype ${result.dtype}, got ${out.dtype}`,
    );
  }
  out.data.set(result.to({ memoryFormat: out.memoryFormat }).data);
  return out;
}
