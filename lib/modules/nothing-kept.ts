import { ArgumentError } from '../errors';

/** What `backward` throws where no `forward` has kept its input. */
export function nothingKept(name: string): ArgumentError {
  return new ArgumentError(
    `${name}: there is no forward pass to go backward through: call forward before each ` +
      'backward, in training mode or with grad: true, and backward only once for it; await ' +
      'forwardAsync first',
  );
}
