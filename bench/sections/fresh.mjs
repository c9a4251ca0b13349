import { setImmediate } from 'node:timers/promises';
import { BatchNorm2d, empty } from 'batchnorm';
import { bytesOf, plain, shapeText } from '../cases.mjs';
import { interleave } from '../interleave.mjs';
import { onThreads, timed, timedAfter } from '../samplers.mjs';
import { median, medianRatio } from '../statistics.mjs';
import { noise } from '../tensors.mjs';

const shapes = [
  [1, 64, 28, 28],
  [4, 64, 32, 32],
  [16, 64, 32, 32],
  [32, 64, 32, 32],
  [32, 64, 56, 56],
  [128, 64, 56, 56],
];

/** A loop that never gives way, and one where the event loop turns between two calls. */
export const ways = { loop: 'plain loop', turns: 'event loop turns' };

/** Eval without `out`: the most that it may take, as a multiple of the same with `out`. */
export const cases = shapes.flatMap((shape) =>
  Object.keys(ways).map((way) => {
    const one = plain(shape);
    const bytes = bytesOf(one);
    const goal = bytes <= 4 * 2 ** 20 ? 1.25 : 1.5;
    const name = `fresh ${shapeText(one)} ${ways[way]}`;
    return { ...one, way, bytes, goal, name, memory: 3 * bytes + 2 * bytes * callsFor(bytes) };
  }),
);

/** Calls a sample: a few hundred megabytes of results, so that collecting them is in the time. */
function callsFor(bytes) {
  return Math.min(Math.max(Math.round(2 ** 28 / bytes), 4), 1000);
}

export const rounds = 21;

export async function measure(one, { rounds }) {
  const input = noise(one.shape);
  const out = empty(one.shape);
  const layer = new BatchNorm2d(one.shape[1]).eval();
  const calls = callsFor(one.bytes);
  const sampler = (run) =>
    onThreads(1, one.way === 'turns' ? timedAfter(setImmediate, run, calls) : timed(run, calls));
  const times = await interleave(
    {
      out: sampler(() => layer.forward(input, { out })),
      fresh: sampler(() => layer.forward(input)),
    },
    // The allocator takes some rounds to settle.
    { rounds, warmUp: Math.min(rounds, 5) },
  );
  return {
    ...one,
    outMs: median(times.out),
    freshMs: median(times.fresh),
    ratio: medianRatio(times.fresh, times.out),
  };
}
