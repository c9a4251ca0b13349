import { bytesOf, plain } from '../cases.mjs';
import { interleave } from '../interleave.mjs';
import { passes } from '../passes.mjs';
import { callsToTime, passSamplers } from '../samplers.mjs';
import { median } from '../statistics.mjs';

const powers = Array.from({ length: 12 }, (_, step) => 6 + 2 * step);

/** Up to 64 channels of at least 16 values, in runs of up to 1024. */
function shapeOf(elements) {
  const channels = Math.min(64, elements / 16);
  const values = elements / channels;
  const run = Math.min(values, 1024);
  return [values / run, channels, run];
}

/** From 64 elements to 2^28, in steps of 4. */
export const cases = powers.map((power) => {
  const elements = 2 ** power;
  const one = plain(shapeOf(elements));
  return { ...one, elements, name: `sizes 2^${power}`, memory: 3 * bytesOf(one) };
});

export const rounds = 21;

export async function measure(one, options) {
  const run = passes(one);
  const calls = callsToTime(() => {
    run.training();
    run.backward();
  });
  const times = await interleave(passSamplers(run, { calls }), options);
  const ms = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  return { ...one, ms };
}
