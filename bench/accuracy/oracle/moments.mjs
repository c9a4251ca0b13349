import { Sums } from './sums.mjs';

/**
 * Mean and biased variance of each set, of the float32 numbers of `input`. The mean is the sum of two
 * numbers, `pivot + rest`: a deviation (x - pivot) - rest then has float64's digits whatever the
 * offset, since x and pivot are float32 numbers whose difference float64 has exactly, or as nearly as
 * it has any number.
 *
 * @param {Float32Array} input in memory order
 * @param {boolean} centred whether there is a mean at all: otherwise it is 0, as for RMSNorm
 */
export function momentsOf(input, { sets, length, runs }, centred) {
  const count = (length * runs.length) / sets;
  const average = (each) => {
    const sums = new Sums(sets);
    for (const { start, stride, set } of runs) {
      for (let k = 0; k < length; k++) sums.add(set, each(input[start + k * stride], set));
    }
    return sums.values().map((sum) => sum / count);
  };
  const pivot = centred ? average((x) => x).map(Math.fround) : new Float64Array(sets);
  const rest = centred ? average((x, set) => x - pivot[set]) : new Float64Array(sets);
  const variance = average((x, set) => (x - pivot[set] - rest[set]) ** 2);
  return { count, pivot, rest, variance };
}
