/** Each array once: with those that it shares bytes with, in the order of their first bytes. */
export function overlapping<T extends ArrayBufferView>(arrays: Iterable<T>): T[][] {
  const byBuffer = new Map<ArrayBufferLike, T[]>();
  for (const array of new Set(arrays)) {
    const others = byBuffer.get(array.buffer);
    if (others === undefined) byBuffer.set(array.buffer, [array]);
    else others.push(array);
  }
  return [...byBuffer.values()].flatMap(runs);
}

function runs<T extends ArrayBufferView>(arrays: T[]): T[][] {
  const found: T[][] = [];
  let end = -1;
  for (const array of arrays.sort((a, b) => a.byteOffset - b.byteOffset)) {
    if (array.byteOffset < end) found.at(-1)?.push(array);
    else found.push([array]);
    end = Math.max(end, array.byteOffset + array.byteLength);
  }
  return found;
}
