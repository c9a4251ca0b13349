import { copyIn, deliver } from '../async/borrow';
import { DTypeError, ShapeError } from '../errors';
import { liesIn, overlaps } from '../functional/internal';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';

/** Copies a result that a layer has not written into `out` itself. */
export function copyInto(caller: string, result: Tensor, out: Tensor): Tensor {
  checkCopy(caller, result, out);
  out.data.set(result.to({ memoryFormat: out.memoryFormat }).data);
  return out;
}

/** The same, a little in each turn of the event loop; checked before. */
export async function copyIntoInSlices(
  caller: string,
  result: Tensor,
  out: Tensor,
  signal: AbortSignal | null,
): Promise<Tensor> {
  const format = out.memoryFormat;
  // In slices a part that is still to be read would be written over.
  const isApart = liesIn(result, format) && !overlaps(result.data, out.data);
  const data = isApart ? result.data : await copyIn(caller, 'the input', result, format, signal);
  return deliver(caller, data, out, signal);
}

/** Refuses an `out` that cannot hold a result. */
export function checkCopy(caller: string, result: Tensor, out: Tensor): void {
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
}
