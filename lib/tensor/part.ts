import { ArgumentError } from '../errors';
import type { DType, FloatArray } from './dtype';
import { requireMemory } from './memory';
import { formatsAgree, stridesOf } from './memory-format';
import { nameOf } from './name-of';
import { formatShape, sizeOf } from './shape';
import { Tensor } from './tensor';
import { allocateUninitialized } from './uninitialized';

/**
 * {@link Tensor.select}.
 *
 * @internal
 */
export function selectOf<D extends DType>(
  tensor: Tensor<D>,
  axis: number,
  index: number,
): Tensor<D> {
  const dim = checkAxis('select', tensor, axis);
  const size = tensor.shape[dim] as number;
  const at = checkInteger('select', 'index', index);
  if (at < -size || at >= size) {
    throw new ArgumentError(
      `select: index ${at} out of range for tensor of size ${formatShape(tensor.shape)} at ` +
        `dimension ${dim}`,
    );
  }
  const start = at < 0 ? at + size : at;
  const shape = tensor.shape.filter((_, each) => each !== dim);
  const entry = part('select', tensor, dim, start, start + 1);
  // Of (N, C, ...) without N or C the memory format speaks no more.
  if (dim >= 2) return new Tensor<D>(entry.data, shape, entry.memoryFormat);
  const { data } = formatsAgree(entry.shape) ? entry : entry.to({ memoryFormat: 'contiguous' });
  return new Tensor<D>(data as FloatArray<D>, shape);
}

/**
 * {@link Tensor.slice}.
 *
 * @internal
 */
export function sliceOf<D extends DType>(
  tensor: Tensor<D>,
  start: number,
  end: number,
  axis: number,
): Tensor<D> {
  const dim = checkAxis('slice', tensor, axis);
  const size = tensor.shape[dim] as number;
  const from = bound('start', start, size);
  return part('slice', tensor, dim, from, Math.max(from, bound('end', end, size)));
}

/**
 * What iterating over a tensor gives.
 *
 * @internal
 */
export function* entriesOf<D extends DType>(tensor: Tensor<D>): IterableIterator<Tensor<D>> {
  const size = tensor.shape[0] as number;
  for (let i = 0; i < size; i++) yield selectOf(tensor, 0, i);
}

/** The entries from `start` up to `end` of an axis; over the same memory where they are one run. */
function part<D extends DType>(
  caller: string,
  tensor: Tensor<D>,
  dim: number,
  start: number,
  end: number,
): Tensor<D> {
  const { data, memoryFormat, size } = tensor;
  requireMemory(caller, 'the tensor', data, size);
  const shape = tensor.shape.map((each, i) => (i === dim ? end - start : each));
  const stride = stridesOf(tensor.shape, memoryFormat)[dim] as number;
  const step = (tensor.shape[dim] as number) * stride;
  const runs = size === 0 ? 0 : size / step;
  const run = (end - start) * stride;
  if (runs === 1) {
    const offset = start * stride;
    return new Tensor<D>(view(data, offset, offset + run), shape, memoryFormat);
  }
  const target = allocateUninitialized(tensor.dtype, sizeOf(shape));
  for (let i = 0; i < runs; i++) {
    const offset = i * step + start * stride;
    // A view takes longer to make than a few elements to copy.
    if (run > 32) target.set(view(data, offset, offset + run), i * run);
    else for (let j = 0; j < run; j++) target[i * run + j] = data[offset + j] as number;
  }
  return new Tensor<D>(target, shape, memoryFormat);
}

function view<D extends DType>(data: FloatArray<D>, start: number, end: number): FloatArray<D> {
  return data.subarray(start, end) as FloatArray<D>;
}

function checkAxis(caller: string, { ndim }: Tensor, axis: number): number {
  const dim = checkInteger(caller, 'axis', axis);
  if (ndim === 0) throw new ArgumentError(`${caller}() cannot be applied to a 0-dim tensor.`);
  if (dim >= -ndim && dim < ndim) return dim < 0 ? dim + ndim : dim;
  throw new ArgumentError(
    `${caller}: Dimension out of range (expected to be in range of [${-ndim}, ${ndim - 1}], but ` +
      `got ${dim})`,
  );
}

function checkInteger(caller: string, name: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new ArgumentError(`${caller}: ${name} should be an integer, got ${nameOf(value)}`);
}

/** A bound as Python and JavaScript's arrays take it. */
function bound(name: string, value: number, size: number): number {
  const at = value === Number.POSITIVE_INFINITY ? size : checkInteger('slice', name, value);
  return Math.min(Math.max(at < 0 ? at + size : at, 0), size);
}
