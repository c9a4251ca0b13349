import { ArgumentError } from './errors';
import { maxThreads, native, Status } from './native';
import { nameOf } from './tensor/name-of';

/**
 * How many threads one call may use, the calling one among them. At first `BATCHNORM_NUM_THREADS`
 * from the environment or, without it, all available cores.
 */
export function getNumThreads(): number {
  return native.numThreads();
}

/**
 * Sets how many threads one call may use; 1 keeps all work on the calling thread. The number holds
 * for the whole process: worker threads share it, and one pool. Small tensors stay on the calling
 * thread whatever it is, and results have the same bits for every number.
 *
 * @param threads An integer from 1 to 1024.
 * @throws ArgumentError for anything else.
 */
export function setNumThreads(threads: number): void {
  if (native.setNumThreads(threads) === Status.ok) return;
  throw new ArgumentError(
    `setNumThreads: threads should be an integer from 1 to ${maxThreads}, got ${nameOf(threads)}`,
  );
}
