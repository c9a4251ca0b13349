import { ArgumentError } from '../../errors';
import { nameOf } from '../../tensor/name-of';

/**
 * The arguments of a layer, none where it got none. What is in them that no layer knows is passed
 * over, as Keras's files have more than TensorFlow.js reads.
 */
export function readArgs<Args extends object>(caller: string, args: Args | null | undefined): Args {
  if (args === undefined || args === null) return {} as Args;
  if (typeof args === 'object' && !Array.isArray(args)) return args;
  throw new ArgumentError(
    `${caller}: expected an object of arguments, such as { axis: -1 }, got ${nameOf(args)}; the ` +
      'number of channels is that of the input',
  );
}

/** Checks `epsilon`, which is added to the variance. */
export function checkEpsilon(caller: string, epsilon: unknown): void {
  if (typeof epsilon === 'number' && Number.isFinite(epsilon) && epsilon >= 0) return;
  throw new ArgumentError(
    `${caller}: epsilon should be a finite number >= 0, got ${nameOf(epsilon)}`,
  );
}

/** Checks `momentum`, which weighs the old value. */
export function checkMomentum(caller: string, momentum: unknown): void {
  if (typeof momentum === 'number' && Number.isFinite(momentum)) return;
  throw new ArgumentError(
    `${caller}: momentum should be a finite number, the weight of the old value, ` +
      `got ${nameOf(momentum)}`,
  );
}
