import type { FileArray } from '../formats/array-file';
import type { RunningMoments } from '../index';
import type { Slice } from './slices';

/** Whether no value that has been seen is NaN or an infinity. */
export function hasFinite({ count, min, max }: RunningMoments): boolean {
  return count === 0 || (min.every(Number.isFinite) && max.every(Number.isFinite));
}

/** The first value of a slice that is NaN or an infinity, and its index, such as `NaN at [3, 1]`. */
export function firstNonfinite(
  data: FileArray,
  { ranges }: Slice,
  shape: readonly number[],
): string {
  let left = data.findIndex((value) => !Number.isFinite(value));
  const value = data[left];
  for (const { first, count } of ranges) {
    if (left < count) return `${value} at [${unravel(first + left, shape).join(', ')}]`;
    left -= count;
  }
  return String(value);
}

/** The index of an element, which `position` counts in row-major order. */
function unravel(position: number, shape: readonly number[]): number[] {
  let rest = position;
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    index[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return index;
}

/**
 * The values of a slice (n, c, s) without those places at which any channel is NaN or infinite, as
 * (1, c, `count`).
 */
export function finiteOnly(
  data: FileArray,
  { n, s }: Slice,
  c: number,
): { data: FileArray; count: number } {
  const places: number[] = [];
  for (let block = 0; block < n; block++) {
    for (let i = 0; i < s; i++) {
      const first = block * c * s + i;
      let channel = 0;
      while (channel < c && Number.isFinite(data[first + channel * s])) channel++;
      if (channel === c) places.push(first);
    }
  }
  const finite = data.slice(0, c * places.length);
  for (let channel = 0; channel < c; channel++) {
    for (const [i, place] of places.entries()) {
      finite[channel * places.length + i] = data[place + channel * s] as number;
    }
  }
  return { data: finite, count: places.length };
}
