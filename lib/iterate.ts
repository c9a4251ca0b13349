/**
 * A value's iterator, to be used once; null if the value gives none, as what inherits from a typed
 * array, a Map or a Set without being one.
 *
 * Only asking for it is done here: what it throws once it is used is its owner's to say.
 *
 * @internal
 */
export function iterate<T>(value: unknown): Iterable<T> | null {
  const iterator = ask<Iterator<T>>(value, Symbol.iterator);
  return iterator === null ? null : { [Symbol.iterator]: () => iterator };
}

/**
 * The same for `for await`: an asynchronous one if there is such a one.
 *
 * @internal
 */
export function iterateAsync<T>(value: unknown): AsyncIterable<T> | Iterable<T> | null {
  const iterator = ask<AsyncIterator<T>>(value, Symbol.asyncIterator);
  return iterator === null ? iterate(value) : { [Symbol.asyncIterator]: () => iterator };
}

/** What throws a TypeError where it is called on something else than its own kind. */
const refusing = new Set<unknown>(
  [Object.getPrototypeOf(Float32Array), Map, Set, String].map(
    ({ prototype }) => prototype[Symbol.iterator],
  ),
);

function ask<AnyIterator>(value: unknown, key: symbol): AnyIterator | null {
  const method: unknown = Object(value)[key];
  if (typeof method !== 'function') return null;
  try {
    const iterator: unknown = method.call(value);
    return typeof Object(iterator).next === 'function' ? (iterator as AnyIterator) : null;
  } catch (error) {
    // A method of the value's own has an error to tell.
    if (refusing.has(method)) return null;
    throw error;
  }
}
