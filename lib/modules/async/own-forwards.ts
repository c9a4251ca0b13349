import type { Module } from '../module';

// The methods themselves: a class that a user derives may have others.
const methods = new WeakSet<object>();

/** Says that `forward` and `forwardAsync` of a class are this library's, and do the same. */
export function ownForwards(Class: {
  readonly prototype: { forward: object; forwardAsync: object };
}): void {
  methods.add(Class.prototype.forward);
  methods.add(Class.prototype.forwardAsync);
}

/** Who wrote the asynchronous pass of a layer; `none` where only its synchronous one counts. */
export function authorOf(layer: Module): 'library' | 'user' | 'none' {
  const { forward, forwardAsync }: { forward?: unknown; forwardAsync?: unknown } = layer as object;
  if (typeof forwardAsync !== 'function') return 'none';
  if (!methods.has(forwardAsync)) return 'user';
  // One that was inherited knows nothing of a `forward` that was written anew.
  return methods.has(Object(forward)) ? 'library' : 'none';
}
