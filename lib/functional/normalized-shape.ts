import { ArgumentError, ShapeError } from '../errors';
import { nameOf } from '../tensor/name-of';
import { checkShape, formatShape } from '../tensor/shape';

/** A `normalizedShape`, a number standing for the shape of that number alone; frozen. */
export function readNormalizedShape(caller: string, value: unknown): readonly number[] {
  const list = typeof value === 'number' ? [value] : value;
  if (typeof list !== 'object' || list === null) {
    throw new ArgumentError(
      `${caller}: normalizedShape should be an integer or an array of integers such as [3, 4], ` +
        `got ${nameOf(value)}`,
    );
  }
  const shape = checkShape(list, `${caller}: normalizedShape`);
  if (shape.length > 0) return shape;
  throw new ShapeError(
    `${caller}: Expected normalized_shape to be at least 1-dimensional, i.e., containing at least ` +
      `one element, but got normalized_shape = ${formatShape(shape)}`,
  );
}
