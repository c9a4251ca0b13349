/**
 * What PyTorch calls momentum by what Keras calls so, and the other way round: 1 - momentum, without
 * the rounding that the subtraction brings, so that 0.99 gives 0.01.
 */
export function otherMomentum(momentum: number): number {
  return Number((1 - momentum).toFixed(15));
}
