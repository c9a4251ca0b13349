import { ArgumentError } from '../errors';
import type { FloatArray } from './dtype';

/**
 * Refuses an array whose buffer was taken away or resized after its tensor was made.
 *
 * @internal
 */
export function requireMemory(
  caller: string,
  name: string,
  data: FloatArray,
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
export function memoryGone(name: string, data: FloatArray, elements: number): string {
  return (
    `the memory of ${name} is gone: it should hold ${elements} elements and holds ` +
    `${data.length}, because its buffer was detached (transferred) or resized`
  );
}
