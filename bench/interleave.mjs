/**
 * Times of several functions, in milliseconds, each a list with one entry a round. All run in each
 * round, one after the other, so that whatever else the machine does falls on all alike; and in one
 * order, so that each finds the cache as the others leave it: a copy after a copy is twice as fast.
 *
 * @param {Record<string, () => void>} functions by name
 * @param {number} rounds after one that warms up
 */
export function interleave(functions, rounds) {
  const times = Object.fromEntries(Object.keys(functions).map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(functions)) {
      const start = performance.now();
      run();
      const elapsed = performance.now() - start;
      if (round >= 0) times[name].push(elapsed);
    }
  }
  return times;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
