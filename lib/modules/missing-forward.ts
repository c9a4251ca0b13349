import { ArgumentError } from '../errors';

const missing = new WeakSet<object>();

/** Notes that the `forward` of a class only refuses to be called. */
export function noForward(Class: { readonly prototype: { forward: object } }): void {
  missing.add(Class.prototype.forward);
}

/** Whether `forward` is one that refuses to be called. */
export function isMissing(forward: object): boolean {
  return missing.has(forward);
}

/** What PyTorch says as NotImplementedError. */
export function missingForward(name: string): ArgumentError {
  return new ArgumentError(
    `${name}: Module [${name}] is missing the required "forward" function: call the modules ` +
      'inside one by one, or use a Sequential',
  );
}
