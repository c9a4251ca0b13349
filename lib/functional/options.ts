import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/** Refuses options that are no object, and names that are none of `known`. */
export function checkOptions(caller: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(
      `${caller}: options should be an object of ${known.join(', ')}, got ${nameOf(options)}`,
    );
  }
  for (const key in options) {
    if (known.includes(key)) continue;
    throw new ArgumentError(
      `${caller}: unknown option ${nameOf(key)}, the options are ${known.join(', ')}`,
    );
  }
}

/** Checks `eps`: a finite number >= 0. */
export function checkEps(caller: string, eps: unknown): number {
  if (typeof eps === 'number' && Number.isFinite(eps) && eps >= 0) return eps;
  throw new ArgumentError(`${caller}: eps should be a finite number >= 0, got ${nameOf(eps)}`);
}

/** Checks `momentum`: any finite number, the weight of the new value. */
export function checkMomentum(caller: string, momentum: unknown): number {
  if (typeof momentum === 'number' && Number.isFinite(momentum)) return momentum;
  throw new ArgumentError(
    `${caller}: momentum should be a finite number, the weight of the new value, ` +
      `got ${nameOf(momentum)}`,
  );
}

export function checkBoolean(caller: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${caller}: ${name} should be true or false, got ${nameOf(value)}`);
}
