import { info } from 'batchnorm';
import { bytesOf, caseText, plain } from '../cases.mjs';
import { interleaveAll } from '../interleave.mjs';
import { passes } from '../passes.mjs';
import { passSamplers, timed } from '../samplers.mjs';
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
  const samplers = [];
  for (const entrant of entrants) {
    const { threads } = entrant;
    const own = entrant.prepare
      ? repeated(only(names, await entrant.prepare(one)), calls)
      : passSamplers(run, { threads, calls });
    samplers.push(own);
  }
  const leftOut = entrants.map((entrant) => only(names, entrant.leftOut ?? {}));
  // The copy follows a pass, as in the table of large tensors.
  const ground = { settle: timed(run.eval, calls), copy: timed(copy, calls) };
  const groups = [ground, ...samplers.map(settled)];
  const [base, ...times] = await interleaveAll(groups, { rounds, warmUp: 2 });
  return {
    ...one,
    leftOut,
    copyMs: median(base.copy),
    ms: byName(names, times, median),
    ratios: byName(names, times, (own) => medianRatio(own, base.copy)),
  };
}

/** With a first pass that does not count: whoever came before has filled the caches. */
function settled(samplers) {
  const [first] = Object.values(samplers);
  return first === undefined ? samplers : { settle: first, ...samplers };
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
