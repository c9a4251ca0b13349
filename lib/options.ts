import { ArgumentError } from './errors';
import { hintForName, hintForValue } from './option-hints';
import { nameOf } from './tensor/name-of';

/**
 * Refuses options that are no object, and names that are none of `known`. Reads no value.
 *
 * @param known The names, in the order in which PyTorch takes them by position.
 * @param leading The arguments before the options, as `input, normalizedShape`: for errors, which
 * say how a call with positional arguments is written here.
 *
 * @internal
 */
export function checkOptions(
  caller: string,
  options: unknown,
  known: readonly string[],
  leading?: string,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw noOptions(caller, options, known, leading);
  }
  for (const key in options) {
    if (known.includes(key)) continue;
    // A tensor in their place, as PyTorch's functions take it.
    if (!isPlain(options)) throw noOptions(caller, options, known, leading);
    throw new ArgumentError(
      `${caller}: unknown option ${nameOf(key)}, the options are ${known.join(', ')}` +
        hintForName(key, caller, known, leading),
    );
  }
}

/** Whether it is an object literal, of whatever realm, and does not stand for a tensor. */
function isPlain(options: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(options);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  return !('data' in options && ('shape' in options || 'dims' in options));
}

function noOptions(
  caller: string,
  got: unknown,
  known: readonly string[],
  leading: string | undefined,
): ArgumentError {
  return new ArgumentError(
    `${caller}: options should be an object of ${known.join(', ')}, got ${nameOf(got)}` +
      hintForValue(got, caller, known, leading),
  );
}

/** @internal */
export function checkBoolean(caller: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${caller}: ${name} should be true or false, got ${nameOf(value)}`);
}
