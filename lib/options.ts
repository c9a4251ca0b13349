import { ArgumentError } from './errors';
import { nameOf } from './tensor/name-of';

/**
 * Refuses options that are no object, and names that are none of `known`. Reads no value.
 *
 * @internal
 */
export function checkOptions(caller: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw noOptions(caller, options, known);
  }
  for (const key in options) {
    if (known.includes(key)) continue;
    // A tensor in their place, as PyTorch's functions take it.
    if (nameOf(options) !== 'Object') throw noOptions(caller, options, known);
    throw new ArgumentError(
      `${caller}: unknown option ${nameOf(key)}, the options are ${known.join(', ')}`,
    );
  }
}

function noOptions(caller: string, got: unknown, known: readonly string[]): ArgumentError {
  return new ArgumentError(
    `${caller}: options should be an object of ${known.join(', ')}, got ${nameOf(got)}`,
  );
}

/** @internal */
export function checkBoolean(caller: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${caller}: ${name} should be true or false, got ${nameOf(value)}`);
}
