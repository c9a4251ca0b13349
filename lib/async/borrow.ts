import { liesIn } from '../functional/like-input';
import type { FloatArray } from '../tensor/dtype';
import type { MemoryFormat } from '../tensor/memory-format';
import { isShared } from '../tensor/shared';
import { Tensor } from '../tensor/tensor';
import { allocateUninitialized } from '../tensor/uninitialized';
import { changeFormatInSlices, copyInSlices } from './copies';

/** Elements that stay where they are while threads read them. */
export interface Borrowed {
  readonly data: FloatArray;
  /** Whether it is a copy, which may be written over. */
  readonly isCopy: boolean;
}

/**
 * The elements of a tensor as they lie in a memory format: its own where they do and are in shared
 * memory, which nobody can take away; else a copy, made in slices.
 */
export async function borrow(
  caller: string,
  name: string,
  tensor: Tensor,
  format: MemoryFormat,
  signal: AbortSignal | null,
): Promise<Borrowed> {
  // Read once: a caller's tensor might answer differently the second time.
  const { data } = tensor;
  if (liesIn(tensor, format) && isShared(data)) return { data, isCopy: false };
  return { data: await copyIn(caller, name, tensor, format, signal), isCopy: true };
}

/** A copy of the elements of a tensor in a memory format. */
export async function copyIn(
  caller: string,
  name: string,
  tensor: Tensor,
  format: MemoryFormat,
  signal: AbortSignal | null,
): Promise<FloatArray> {
  const { shape, size } = tensor;
  const copy = allocateUninitialized(tensor.dtype, size);
  const from = { name, data: tensor.data, size };
  const to = { name: 'a copy', data: copy, size };
  if (liesIn(tensor, format)) await copyInSlices(caller, from, to, signal);
  else await changeFormatInSlices(caller, from, to, shape, format, signal);
  return copy;
}

/** `out` with what a call has written to `data`, which may be its memory. */
export async function deliver(
  caller: string,
  data: FloatArray,
  out: Tensor,
  signal: AbortSignal | null,
): Promise<Tensor> {
  if (data === out.data) return out;
  const { size } = out;
  const from = { name: 'the result', data, size };
  await copyInSlices(caller, from, { name: 'out', data: out.data, size }, signal);
  return out;
}

/** What a call has made in this memory format: in `out`, where there is one. */
export async function deliverIn(
  format: MemoryFormat,
  caller: string,
  made: Tensor,
  out: Tensor | null,
  signal: AbortSignal | null,
): Promise<Tensor> {
  const { shape, size, data } = made;
  if (liesIn(made, format)) return out === null ? made : deliver(caller, data, out, signal);
  const target = out ?? new Tensor(allocateUninitialized(made.dtype, size), shape, format);
  const from = { name: 'the result', data, size };
  const to = { name: 'out', data: target.data, size };
  await changeFormatInSlices(caller, from, to, shape, format, signal);
  return target;
}
