import { ArgumentError, ShapeError } from '../errors';
import type { FloatArray } from './dtype';
import { nameOf } from './name-of';
import { maxDims } from './shape';

/** A number, or arrays of arrays ... of numbers, all rows of a level being of one length. */
export type NestedArray = number | readonly NestedArray[];

/**
 * The shape of `values`, judged by the first element of each level.
 *
 * @internal
 */
export function nestedShape(values: unknown): number[] {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) {
    if (shape.length === maxDims) {
      throw new ShapeError(`tensor: too many dimensions, at most ${maxDims} are taken`);
    }
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

/**
 * Writes the numbers of `values`, row by row, into `target`; refuses rows that do not fit `shape`.
 *
 * @internal
 */
export function flatten(values: unknown, shape: readonly number[], target: FloatArray): void {
  let next = 0;
  const walk = (value: unknown, dim: number): void => {
    if (dim === shape.length) {
      if (typeof value === 'number') {
        target[next++] = value;
        return;
      }
      if (Array.isArray(value)) {
        throw new ShapeError(
          `expected a number at dim ${dim} (got a sequence of length ${value.length})`,
        );
      }
      throw new ArgumentError(`tensor: values must be numbers, got ${nameOf(value)}`);
    }
    const length = shape[dim] as number;
    if (!Array.isArray(value)) {
      const got = typeof value === 'number' ? `the number ${value}` : nameOf(value);
      throw new ShapeError(`expected sequence of length ${length} at dim ${dim} (got ${got})`);
    }
    if (value.length !== length) {
      throw new ShapeError(
        `expected sequence of length ${length} at dim ${dim} (got ${value.length})`,
      );
    }
    for (let i = 0; i < length; i++) walk(value[i], dim + 1);
  };
  walk(values, 0);
}

/**
 * Nested arrays in logical order of the elements of `data` that `strides` lays out.
 *
 * @internal
 */
export function nest(
  data: FloatArray,
  shape: readonly number[],
  strides: readonly number[],
): NestedArray {
  const build = (dim: number, offset: number): NestedArray => {
    if (dim === shape.length) return data[offset] as number;
    const stride = strides[dim] as number;
    const rows = new Array<NestedArray>(shape[dim] as number);
    for (let i = 0; i < rows.length; i++) rows[i] = build(dim + 1, offset + i * stride);
    return rows;
  };
  return build(0, 0);
}
