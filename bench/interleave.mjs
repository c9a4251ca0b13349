/**
 * Times of several functions, in milliseconds, each a list with one entry a round. All run in each
 * round, one after the other, so that whatever else the machine does falls on all alike; every
 * other round runs the groups in reverse, so that none profits from what came before it.
 *
 * @param {Record<string, () => void>[]} groups functions by name; those of a group keep their order
 * @param {number} rounds after one that warms up
 */
export function interleave(groups, rounds) {
  const orders = [groups, groups.toReversed()].map((order) => order.flatMap(Object.entries));
  const times = Object.fromEntries(orders[0].map(([name]) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of orders[Math.abs(round) % 2]) {
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
