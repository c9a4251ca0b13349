import { ShapeError } from '../errors';
import { readNormalizedShape } from '../functional/internal';
import { formatShape } from '../tensor/shape';

/** The `normalizedShape` of a layer: as the functions take it, without sizes of 0. */
export function positiveShape(name: string, normalizedShape: unknown): readonly number[] {
  const shape = readNormalizedShape(name, normalizedShape);
  if (!shape.includes(0)) return shape;
  throw new ShapeError(
    `${name}: normalizedShape: sizes should be positive integers, got ${formatShape(shape)}`,
  );
}
