import { ArgumentError, DTypeError, ShapeError } from '../errors';
import type { FloatArray } from '../tensor/dtype';
import { formatsAgree } from '../tensor/memory-format';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { coincides, overlaps } from './overlap';

/** Refuses an `out` that cannot hold the result for `like`; `out` was read last, so has its memory. */
export function checkOutput(caller: string, out: Tensor, like: Tensor): void {
  if (!sameShape(out.shape, like.shape)) {
    throw new ShapeError(
      `${caller}: out should have the input's shape ${formatShape(like.shape)}, ` +
        `got ${formatShape(out.shape)}`,
    );
  }
  if (out.dtype !== like.dtype) {
    throw new DTypeError(
      `${caller}: out should have the input's dtype ${like.dtype}, got ${out.dtype}`,
    );
  }
  if (!sameLayout(out, like)) {
    throw new ShapeError(
      `${caller}: out should have the input's memory format ${like.memoryFormat}, ` +
        `got ${out.memoryFormat}`,
    );
  }
}

/** Refuses an `out` that shares memory with another tensor of the call. */
export function refuseOverlap(
  caller: string,
  out: FloatArray,
  name: string,
  other: FloatArray | undefined,
): void {
  if (other !== undefined && overlaps(out, other)) {
    throw new ArgumentError(`${caller}: out shares memory with ${name}`);
  }
}

/** Refuses an `out` that shares a part of its memory; the very same elements are fine. */
export function refusePartialOverlap(
  caller: string,
  out: FloatArray,
  name: string,
  other: FloatArray,
): void {
  if (overlaps(out, other) && !coincides(out, other)) {
    throw new ArgumentError(
      `${caller}: out shares a part of its memory with ${name}: use the same elements or others`,
    );
  }
}

/** Whether the elements of two tensors of one shape come in the same order in memory. */
export function sameLayout(a: Tensor, b: Tensor): boolean {
  return a.memoryFormat === b.memoryFormat || formatsAgree(a.shape);
}
