import { meantValue } from '../did-you-mean';
import { ArgumentError, ShapeError } from '../errors';
import type { FloatArray } from './dtype';
import { nameOf } from './name-of';
import { formatShape, sizeOf } from './shape';

/**
 * The order of a tensor's elements in memory. Its shape is (N, C, ...) in both.
 *
 * - `'contiguous'`: row-major, N, C, then the spatial dimensions (PyTorch's default, NCHW).
 * - `'channelsLast'`: N, the spatial dimensions, then C (NHWC); needs two dimensions or more.
 */
export type MemoryFormat = 'contiguous' | 'channelsLast';

/**
 * `value` as a memory format that `shape` can have; `name` is what errors call its owner.
 *
 * @internal
 */
export function checkMemoryFormat(
  value: unknown,
  shape: readonly number[],
  name: string,
): MemoryFormat {
  if (value === 'contiguous') return value;
  if (value !== 'channelsLast') {
    throw new ArgumentError(
      `${name}: memoryFormat must be 'contiguous' or 'channelsLast', got ${nameOf(value)}` +
        meantValue(value, meanings),
    );
  }
  if (shape.length < 2) {
    throw new ShapeError(
      `${name}: channelsLast needs a shape (N, C, ...) of 2 dimensions or more, got ${formatShape(shape)}`,
    );
  }
  return value;
}

const meanings = {
  contiguous: ['contiguousformat', 'channelsfirst', 'ncl', 'nchw', 'ncdhw'],
  channelsLast: ['channelslast1d', 'channelslast2d', 'channelslast3d', 'nlc', 'nhwc', 'ndhwc'],
};

/**
 * The stride of each dimension of (N, C, ...), in elements, where `shape` lies in `format`.
 *
 * @internal
 */
export function stridesOf(shape: readonly number[], format: MemoryFormat): number[] {
  const outermostFirst = [...shape.keys()];
  if (format === 'channelsLast') outermostFirst.push(...outermostFirst.splice(1, 1));
  const strides = new Array<number>(shape.length).fill(1);
  let stride = 1;
  for (const dim of outermostFirst.reverse()) {
    strides[dim] = stride;
    stride *= shape[dim] as number;
  }
  return strides;
}

/**
 * Whether both memory formats of `shape` put the elements in the same order.
 *
 * @internal
 */
export function formatsAgree(shape: readonly number[]): boolean {
  return shape.length <= 2 || sizeOf(shape.slice(1, 2)) <= 1 || sizeOf(shape.slice(2)) <= 1;
}

/**
 * Copies `source`, which lies in the format that `format` is not, into `target` in `format`.
 *
 * @internal
 */
export function changeFormat(
  source: FloatArray,
  target: FloatArray,
  shape: readonly number[],
  format: MemoryFormat,
): void {
  changingFormat(source, target, shape, format, Number.POSITIVE_INFINITY).next();
}

/**
 * The same by and by: at least `stepElements` elements each time that it is told to go on, and no
 * more than a tile beyond.
 *
 * @internal
 */
export function* changingFormat(
  source: FloatArray,
  target: FloatArray,
  shape: readonly number[],
  format: MemoryFormat,
  stepElements: number,
): Generator<void, void> {
  const [n = 1, c = 1, ...spatial] = shape;
  const s = sizeOf(spatial);
  const [rows, columns] = format === 'channelsLast' ? [c, s] : [s, c];
  let copied = 0;
  for (let start = 0; start < n * c * s; start += c * s) {
    for (let i = 0; i < rows; i += tile) {
      for (let j = 0; j < columns; j += tile) {
        copied += transposeTile(source, target, start, rows, columns, i, j);
        if (copied < stepElements) continue;
        yield;
        copied = 0;
      }
    }
  }
}

// Tiles keep the strided side in cache; 16 float32 are a cache line.
const tile = 16;

/**
 * target[start + j * rows + i] = source[start + i * columns + j] for i from i0 on and j from j0 on.
 * Returns how many elements that were.
 */
function transposeTile(
  source: FloatArray,
  target: FloatArray,
  start: number,
  rows: number,
  columns: number,
  i0: number,
  j0: number,
): number {
  const i1 = Math.min(i0 + tile, rows);
  const j1 = Math.min(j0 + tile, columns);
  for (let j = j0; j < j1; j++) {
    for (let i = i0; i < i1; i++) {
      target[start + j * rows + i] = source[start + i * columns + j] as number;
    }
  }
  return (i1 - i0) * (j1 - j0);
}
