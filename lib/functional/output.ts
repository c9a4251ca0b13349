import { ArgumentError, DTypeError, ShapeError } from '../errors';
import type { FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import type { Tensor } from '../tensor/tensor';
import { checkShapeLike, sameLayout } from './like-input';
import { coincides, overlaps } from './overlap';

/** Refuses an output, which errors call `name`, that cannot hold the result for `input`. */
export function checkOutput(caller: string, name: string, out: Tensor, input: Tensor): void {
  checkShapeLike(caller, name, out, input);
  if (out.dtype !== input.dtype) {
    throw new DTypeError(
      `${caller}: ${name} should have the input's dtype ${input.dtype}, got ${out.dtype}`,
    );
  }
  if (!sameLayout(out, input)) {
    throw new ShapeError(
      `${caller}: ${name} should have the input's memory format ${input.memoryFormat}, ` +
        `got ${out.memoryFormat}`,
    );
  }
  requireMemory(caller, name, out.data, out.size);
}

/** Refuses an output that shares memory with another tensor of the call. */
export function refuseOverlap(
  caller: string,
  name: string,
  out: FloatArray,
  otherName: string,
  other: FloatArray | undefined,
): void {
  if (other !== undefined && overlaps(out, other)) {
    throw new ArgumentError(`${caller}: ${name} shares memory with ${otherName}`);
  }
}

/** Refuses an output that shares a part of its memory; the very same elements are fine. */
export function refusePartialOverlap(
  caller: string,
  name: string,
  out: FloatArray,
  otherName: string,
  other: FloatArray,
): void {
  if (overlaps(out, other) && !coincides(out, other)) {
    throw new ArgumentError(
      `${caller}: ${name} shares a part of its memory with ${otherName}: ` +
        'use the same elements or others',
    );
  }
}
