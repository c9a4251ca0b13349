import { availableParallelism } from 'node:os';
import { bothFormats, bytesOf, caseText, plain } from '../cases.mjs';
import { interleaveAll } from '../interleave.mjs';
import { machine } from '../machine.mjs';
import { passes } from '../passes.mjs';
import { passSamplers } from '../samplers.mjs';
import { byName, median, medianRatio } from '../statistics.mjs';

/** 1, 2, 4, ... and all cores. */
const counts = [...powersOfTwoBelow(availableParallelism()), availableParallelism()];

function powersOfTwoBelow(end) {
  const powers = [];
  for (let power = 1; power < end; power *= 2) powers.push(power);
  return powers;
}

const { caches } = machine();

export const cases = [
  ...bothFormats([32, 64, 28, 28]),
  ...bothFormats([32, 256, 14, 14]),
  plain([8192, 256]),
  ...bothFormats([256, 64, 56, 56]),
].map((one) => ({
  ...one,
  name: `threads ${caseText(one)}`,
  memory: heldBy(one),
  goal: goalFor(one, caches),
}));

/**
 * How many times as fast two threads should be: as one at least where memory is the limit, which is
 * where the tensors do not fit the machine's L3. None where that is unknown.
 */
export function goalFor(one, caches) {
  const l3 = caches.find(({ name }) => name === 'L3');
  if (l3 === undefined) return undefined;
  return heldBy(one) <= l3.bytes ? 1.8 : 1;
}

/** The input, the output and the gradient, all of which backward goes through. */
function heldBy(one) {
  return 3 * bytesOf(one);
}

export const rounds = 41;

export async function measure(one, options) {
  const { copy: _, ...run } = passes(one);
  const names = Object.keys(run);
  const samplers = counts.map((threads) => passSamplers(run, { threads }));
  const times = await interleaveAll(samplers, options);
  const speedups = times.map((own) =>
    Object.fromEntries(names.map((pass) => [pass, medianRatio(times[0][pass], own[pass])])),
  );
  return {
    ...one,
    counts,
    ms: byName(names, times, median),
    speedups: byName(names, speedups, (speedup) => speedup),
  };
}
