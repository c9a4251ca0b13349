import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

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
