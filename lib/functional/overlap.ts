import { native } from '../native';

/** Whether two typed arrays share at least one byte. */
export function overlaps(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.buffer !== b.buffer && !bothShared(a, b)) return false;
  const distance = byteDistance(a, b);
  return -b.byteLength < distance && distance < a.byteLength;
}

/** Whether two typed arrays cover the very same bytes. */
export function coincides(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (a.byteLength !== b.byteLength) return false;
  if (a.buffer !== b.buffer && !bothShared(a, b)) return false;
  return byteDistance(a, b) === 0;
}

/** Each copy of a SharedArrayBuffer that a message brings is another object over the same memory. */
function bothShared(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return isShared(a.buffer) && isShared(b.buffer);
}

function isShared(buffer: ArrayBufferLike): boolean {
  return buffer[Symbol.toStringTag] === 'SharedArrayBuffer';
}

function byteDistance(a: ArrayBufferView, b: ArrayBufferView): number {
  return a.buffer === b.buffer ? b.byteOffset - a.byteOffset : native.byteDistance(a, b);
}
