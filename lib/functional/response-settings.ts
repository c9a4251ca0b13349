import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/** What local response normalization divides by, as far as the input does not say. */
export interface ResponseSettings {
  /** Channels of a window. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

export interface ResponseOptions {
  /** The factor of the mean square of a window; a finite number. */
  alpha?: number | undefined;
  /** The exponent; a finite number. 0.75, 0.5 and 1 are taken by roots, and faster. */
  beta?: number | undefined;
  /** What is added to the mean square; a finite number. 0 gives NaN where a window is all 0. */
  k?: number | undefined;
}

/** The names of {@link ResponseOptions}. */
export const responseOptions = ['alpha', 'beta', 'k'];

/** Checks `size` and the options, each of which it reads once, and fills in PyTorch's defaults. */
export function readResponseSettings(
  caller: string,
  size: unknown,
  options: ResponseOptions,
): ResponseSettings {
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  if (!Number.isSafeInteger(size) || (size as number) <= 0) {
    throw new ArgumentError(
      `${caller}: size should be a positive integer, got ${nameOf(size)}: it is how many channels ` +
        'a window has (kernel size should be greater than zero)',
    );
  }
  checkFinite(caller, 'alpha', alpha);
  checkFinite(caller, 'beta', beta);
  checkFinite(caller, 'k', k);
  return { size: size as number, alpha, beta, k };
}

function checkFinite(caller: string, name: string, value: unknown): void {
  if (Number.isFinite(value)) return;
  throw new ArgumentError(`${caller}: ${name} should be a finite number, got ${nameOf(value)}`);
}
