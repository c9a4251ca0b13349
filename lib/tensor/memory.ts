import { ArgumentError } from '../errors';

/**
 * Refuses an array whose buffer was taken away or resized after its tensor was made.
 *
 * @internal
 */
export function requireMemory(
  caller: string,
  name: string,
  data: ArrayLike<number>,
  elements: number,
): void {
  if (data.length === elements) return;
  throw new ArgumentError(`${caller}: ${memoryGone(name, data, elements)}`);
}

/**
 * What errors say of such an array.
 *
 * @internal
 */
export function memoryGone(name: string, data: ArrayLike<number>, elements: number): string {
  return (
    `the memory of ${name} is gone: it should hold ${elements} elements and holds ` +
    `${data.length}, because its buffer was detached (transferred) or resized`
  );
}
