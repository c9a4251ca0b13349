import { types } from 'node:util';
import { ArgumentError, ShapeError } from '../errors';
import { nameOf } from './name-of';

/**
 * More dimensions than this are refused, as PyTorch's `tensor()` does: walks over them recurse.
 *
 * @internal
 */
export const maxDims = 128;

/**
 * `shape` as PyTorch writes it: `[2, 3]`.
 *
 * @internal
 */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/**
 * The number of elements of `shape`; 1 for `[]`.
 *
 * @internal
 */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) {
    if (n === 0) return 0;
    size *= n;
  }
  return size;
}

/**
 * Whether two shapes hold the same sizes.
 *
 * @internal
 */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) {
    if (a[axis] !== b[axis]) return false;
  }
  return true;
}

/**
 * A plain copy of a list of integers, each element read once; `what` is what errors call it.
 *
 * @internal
 */
export function readIntegers(list: unknown, what: string): number[] {
  if (!Array.isArray(list) && !types.isTypedArray(list)) {
    throw new ArgumentError(
      `${what} must be an array of integers such as [2, 3], got ${nameOf(list)}` +
        (typeof list === 'number' ? `: sizes go in an array, as [${list}, ...]` : ''),
    );
  }
  const length: number = list.length;
  if (length > maxDims) {
    throw new ShapeError(
      `${what} has too many dimensions: ${length}, at most ${maxDims} are taken`,
    );
  }
  const integers: number[] = [];
  for (let dim = 0; dim < length; dim++) {
    const n: unknown = list[dim];
    if (typeof n !== 'number' || !Number.isSafeInteger(n)) {
      throw new ShapeError(`${what} must hold integers, got ${nameOf(n)} at dim ${dim}`);
    }
    integers.push(n + 0); // -0 becomes 0
  }
  return integers;
}

/**
 * Refuses sizes that were passed one by one, as PyTorch takes them: `zeros(2, 3)`.
 *
 * @param args - whatever the function was given
 * @param write - how the call is written here
 *
 * @internal
 */
export function refuseLooseSizes(
  name: string,
  args: readonly unknown[],
  write = (sizes: readonly number[]) => formatShape(sizes),
): void {
  const [first] = args;
  if (typeof first !== 'number') return;
  const end = args.findIndex((each) => typeof each !== 'number');
  const sizes = args.slice(0, end < 0 ? args.length : end) as number[];
  throw new ArgumentError(
    `${name}: shape must be an array of integers such as [2, 3], got ${nameOf(first)}: sizes go in ` +
      `an array, as ${name}(${write(sizes)})`,
  );
}

/**
 * A frozen copy of `shape`, once its sizes and their product are found valid.
 *
 * @internal
 */
export function checkShape(shape: unknown, name: string): readonly number[] {
  const sizes = readIntegers(shape, `${name}: shape`);
  const negative = sizes.findIndex((n) => n < 0);
  if (negative >= 0) {
    throw new ShapeError(
      `${name}: sizes must be non-negative, got shape ${formatShape(sizes)} with ${sizes[negative]} at dim ${negative}`,
    );
  }
  if (!Number.isSafeInteger(sizeOf(sizes))) {
    throw new ShapeError(`${name}: shape ${formatShape(sizes)} has too many elements`);
  }
  return Object.freeze(sizes);
}

/**
 * The shape that `reshape(request)` gives to `size` elements; one size may be -1.
 *
 * @internal
 */
export function inferShape(request: unknown, size: number): number[] {
  const shape = readIntegers(request, 'reshape: shape');
  const invalid = shape.find((n) => n < -1);
  if (invalid !== undefined) throw new ShapeError(`invalid shape dimension ${invalid}`);
  const inferred = shape.indexOf(-1);
  if (inferred !== shape.lastIndexOf(-1)) {
    throw new ShapeError(`only one dimension can be inferred, got shape ${formatShape(shape)}`);
  }
  const known = sizeOf(shape.filter((n) => n !== -1));
  if (inferred >= 0 && known === 0 && size === 0) {
    throw new ShapeError(
      `cannot reshape tensor of 0 elements into shape ${formatShape(shape)} because the unspecified dimension size -1 can be any value and is ambiguous`,
    );
  }
  if (inferred >= 0 ? known === 0 || size % known !== 0 : known !== size) {
    throw new ShapeError(`shape '${formatShape(shape)}' is invalid for input of size ${size}`);
  }
  if (inferred >= 0) shape[inferred] = size / known;
  return shape;
}
