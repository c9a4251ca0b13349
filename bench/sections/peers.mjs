import { info } from 'batchnorm';
import { bytesOf, caseText, plain } from '../cases.mjs';
import { interleaveAll } from '../interleave.mjs';
import { passes } from '../passes.mjs';
import { passSamplers } from '../samplers.mjs';
import { byName, median, medianRatio } from '../statistics.mjs';
import { float32Cases } from './large.mjs';

const small = [plain([1, 64]), plain([1, 64, 28, 28]), plain([32, 128])];

export const cases = [...small, ...float32Cases].map((one) => ({
  ...one,
  name: `peers ${caseText(one)}`,
  // Too short for the clock: many calls in a row.
  calls: small.includes(one) ? 200 : 1,
  // Each of half a dozen peers holds a few tensors of its own.
  memory: 20 * bytesOf(one),
}));

export const rounds = 11;

// An entrant's turn starts with so much that does not count.
const settlingMs = 10;

/**
 * Starts the peers that the machine has. This package enters once for each number of threads that
 * one of them runs on.
 *
 * @param {() => Promise<object[]>} openPeers that of bench/peers/index.mjs
 */
export async function open(openPeers) {
  const all = await openPeers();
  const missing = all.filter((peer) => peer.missing !== undefined);
  const peers = all.filter((peer) => peer.missing === undefined);
  const counts = [...new Set([1, ...peers.map(({ threads }) => threads)])].sort((a, b) => a - b);
  const { version } = info();
  const ours = counts.map((threads) => ({ name: 'batchnorm', version, threads }));
  const entrants = [...ours, ...peers];
  return {
    about: {
      entrants: entrants.map(({ name, version, threads }) => ({ name, version, threads })),
      missing,
    },
    measure: (one, options) => measure(entrants, one, options),
    close: () => Promise.all(peers.map((peer) => peer.close())),
  };
}

async function measure(entrants, one, { rounds }) {
  const { copy, ...run } = passes(one);
  const { calls } = one;
  const names = Object.keys(run);
  const groups = [];
  for (const entrant of entrants) {
    const { threads } = entrant;
    if (entrant.prepare) {
      const own = repeated(only(names, await entrant.prepare(one)), calls);
      groups.push(settled(own, Object.values(own).slice(0, 1)));
    } else {
      // The copy has the place that it has in the table of large tensors: after our own backward.
      const own = passSamplers(threads === 1 ? { copy, ...run } : run, { threads, calls });
      groups.push(settled(own, Object.values(own)));
    }
  }
  const leftOut = entrants.map((entrant) => only(names, entrant.leftOut ?? {}));
  const times = await interleaveAll(groups, { rounds, warmUp: 2 });
  const copies = times.find((own) => own.copy !== undefined).copy;
  return {
    ...one,
    leftOut,
    copyMs: median(copies),
    ms: byName(names, times, median),
    ratios: byName(names, times, (own) => medianRatio(own, copies)),
  };
}

/**
 * With `lead` ahead, which does not count: whoever came before has filled the caches, and waiting
 * for it has put the processor to rest.
 */
function settled(samplers, lead) {
  if (lead.length === 0) return samplers;
  const settle = async () => {
    const start = performance.now();
    do {
      for (const sample of lead) await sample();
    } while (performance.now() - start < settlingMs);
  };
  return { settle, ...samplers };
}

/** Of a record by passes, the entries for `names`. */
function only(names, record) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}

function repeated(passes, calls) {
  return Object.fromEntries(
    Object.entries(passes).map(([name, pass]) => [name, () => pass(calls)]),
  );
}
