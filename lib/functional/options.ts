import { ArgumentError } from '../errors';
import type { DType } from '../tensor/dtype';
import { nameOf } from '../tensor/name-of';

/** Checks `eps`: a finite number >= 0. */
export function checkEps(caller: string, eps: unknown): number {
  if (typeof eps === 'number' && Number.isFinite(eps) && eps >= 0) return eps;
  throw new ArgumentError(`${caller}: eps should be a finite number >= 0, got ${nameOf(eps)}`);
}

/**
 * The same for batch normalization, where PyTorch refuses a negative one in these words, and 0 in
 * training, which is fine here.
 */
export function checkBatchNormEps(caller: string, eps: unknown, training = false): number {
  if (typeof eps !== 'number' || !(eps < 0)) return checkEps(caller, eps);
  throw new ArgumentError(
    `${caller}: batch_norm eps must be ${training ? 'positive during training' : 'non-negative'}, ` +
      `but got ${nameOf(eps)}: eps should be a finite number >= 0, got ${nameOf(eps)}`,
  );
}

/** Checks an `eps` that may be null, for the machine epsilon of the input's dtype. */
export function checkOptionalEps(caller: string, eps: unknown): number | null {
  if (eps === null) return null;
  if (typeof eps === 'number' && Number.isFinite(eps) && eps >= 0) return eps;
  throw new ArgumentError(
    `${caller}: eps should be a finite number >= 0, or null for the dtype's machine epsilon, ` +
      `got ${nameOf(eps)}`,
  );
}

/** What a null `eps` stands for: the distance of 1 to the next number of the dtype. */
export function machineEpsilon(dtype: DType): number {
  return dtype === 'float64' ? 2 ** -52 : 2 ** -23;
}

/** Checks `momentum`: any finite number, the weight of the new value. */
export function checkMomentum(caller: string, momentum: unknown): number {
  if (typeof momentum === 'number' && Number.isFinite(momentum)) return momentum;
  throw new ArgumentError(
    `${caller}: momentum should be a finite number, the weight of the new value, ` +
      `got ${nameOf(momentum)}`,
  );
}
