import { ArgumentError } from '../errors';
import type { FloatArray } from '../tensor/dtype';

/** Whether two arrays share at least one byte. */
export function overlaps(a: FloatArray, b: FloatArray): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** Whether two arrays cover the very same bytes. */
export function coincides(a: FloatArray, b: FloatArray): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;
}

/** Refuses an array whose buffer was taken away or resized after its tensor was made. */
export function requireMemory(
  caller: string,
  name: string,
  data: FloatArray,
  elements: number,
): void {
  if (data.length !== elements) throw memoryGone(caller, name, data, elements);
}

export function memoryGone(
  caller: string,
  name: string,
  data: FloatArray,
  elements: number,
): ArgumentError {
  return new ArgumentError(
    `${caller}: the memory of ${name} is gone: it should hold ${elements} elements and holds ` +
      `${data.length}, because its buffer was detached (transferred) or resized`,
  );
}
