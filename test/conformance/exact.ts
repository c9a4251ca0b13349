/**
 * Data whose mean and variance are exact in any order of summation, so that results are equal, not
 * close. A channel holds mean + unit * q with small integers q whose sum is 0 and whose squares sum
 * to 4 per value: the standard deviation is 2 * unit. Neighbours cancel, q[i] + q[i + 1] = 0.
 */
export function pattern(count: number): number[] {
  const q = Array.from({ length: count }, (_, i): number => (i % 2 === 0 ? 2 : -2));
  if (count % 2 === 0) return q;
  // An odd count ends in a 0, and one pair of 1 and one of 3 have the squares that it lacks.
  if (count < 5) throw new RangeError(`no exact pattern of ${count} values`);
  q.splice(count - 5, 5, 3, -3, 1, -1, 0);
  return q;
}

/** Signs that sum to 0 themselves and in their product with `pattern`; for multiples of 4. */
export function signs(count: number): number[] {
  if (count % 4 !== 0) throw new RangeError(`no signs of ${count} values`);
  return Array.from({ length: count }, (_, i) => (i % 4 < 2 ? 1 : -1));
}

/** A channel's mean, 0.25 * 2^k, and unit, a power of two; both change with the channel. */
export function scaleOf(channel: number): { mean: number; unit: number } {
  const sign = channel % 3 === 0 ? -1 : 1;
  return { mean: sign * 0.25 * 2 ** (channel % 5), unit: 2 ** ((channel % 4) - 2) };
}

/** Weight and bias of a channel: eighths, so that products stay exact. */
export function affineOf(channel: number): { weight: number; bias: number } {
  return { weight: ((channel % 7) - 3) / 8 || 0.5, bias: ((channel % 5) - 2) / 4 };
}
