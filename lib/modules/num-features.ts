import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/** Checks a number of channels: a positive integer. */
export function checkNumFeatures(caller: string, numFeatures: unknown): number {
  if (typeof numFeatures === 'number' && Number.isSafeInteger(numFeatures) && numFeatures > 0) {
    return numFeatures;
  }
  throw new ArgumentError(
    `${caller}: numFeatures should be a positive integer, got ${nameOf(numFeatures)}` +
      (typeof numFeatures === 'object' ? `, as new ${caller}(64, { eps: 1e-5 })` : ''),
  );
}
