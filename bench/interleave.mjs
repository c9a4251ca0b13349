import { setImmediate } from 'node:timers/promises';

/**
 * Times of several functions, in milliseconds, each a list with one entry a round. All run in each
 * round, one after the other, so that whatever else the machine does falls on all alike; and in one
 * order, so that each finds the cache as the others leave it: a copy after a copy is twice as fast.
 * No harness does that (mitata and tinybench run one function to its end before the next).
 *
 * @param {Record<string, () => number | Promise<number>>} samplers by name; each runs what it
 * measures and gives the time that this took
 * @param {{ rounds: number, warmUp?: number }} options rounds that count, after those that warm up
 * @returns {Promise<Record<string, number[]>>}
 */
export async function interleave(samplers, { rounds, warmUp = 1 }) {
  const times = Object.fromEntries(Object.keys(samplers).map((name) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const [name, sample] of Object.entries(samplers)) {
      const elapsed = await sample();
      if (round >= 0) times[name].push(elapsed);
    }
    // Node.js gives memory back between turns of the event loop only: no round pays for another.
    await setImmediate();
  }
  return times;
}

/** The same for a list of such records, all in one round: a list of their times. */
export async function interleaveAll(groups, options) {
  const keyed = groups.flatMap((group, index) =>
    Object.entries(group).map(([name, sample]) => [`${index} ${name}`, sample]),
  );
  const times = await interleave(Object.fromEntries(keyed), options);
  return groups.map((group, index) =>
    Object.fromEntries(Object.keys(group).map((name) => [name, times[`${index} ${name}`]])),
  );
}
