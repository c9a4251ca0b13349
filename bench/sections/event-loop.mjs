import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { shapeText } from '../cases.mjs';
import { eventLoopWays } from '../event-loop.mjs';
import { interleave } from '../interleave.mjs';
import { median, medianRatio } from '../statistics.mjs';

// 100 MB of float32: as output, where the input is bytes.
const batch = [32, 64, 112, 109];
const images = [166, 224, 224, 3];

/** The most milliseconds that the event loop may be held up in 99 of 100 turns of a large call. */
const goal = 10;

export const cases = [
  { call: 'BatchNorm2d eval', shape: [1, 64, 28, 28] },
  { call: 'BatchNorm2d eval', shape: batch, goal },
  { call: 'BatchNorm2d training', shape: batch, goal },
  { call: 'LayerNorm', shape: batch, goal },
  { call: 'LayerNorm of channels last', shape: batch, goal },
  { call: 'Normalize of bytes', shape: images, goal },
].map((one) => ({
  ...one,
  name: `event-loop ${one.call} ${shapeText(one)}`,
  memory: 32 * one.shape.reduce((product, size) => product * size, 1),
}));

export const rounds = 11;

// A timer as often as this finds out by how much it came late.
const resolutionMs = 1;
const settlingMs = 5;

export async function measure(one, { rounds }) {
  const ways = eventLoopWays(one);
  const samplers = Object.fromEntries(
    Object.entries(ways).map(([way, call]) => [way, timedCall(call)]),
  );
  const times = await interleave(samplers, { rounds });
  const found = [];
  for (const [way, call] of Object.entries(ways)) {
    const ms = median(times[way]);
    const ratio = medianRatio(times[way], times.sync);
    found.push({ way, ms, ratio, ...(await delaysOf(call, rounds)) });
  }
  return { ...one, ways: found };
}

function timedCall(call) {
  return async () => {
    const start = performance.now();
    await call();
    return performance.now() - start;
  };
}

/** By how many milliseconds the event loop is held up while some calls run, one after the other. */
async function delaysOf(call, rounds) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  await setTimeout(settlingMs);
  delay.reset();
  for (let round = 0; round < rounds; round++) {
    await call();
    // What was held up shows when the timer comes.
    await setTimeout(resolutionMs);
  }
  await setTimeout(settlingMs);
  delay.disable();
  const [p50, p99] = [50, 99].map((percentile) => delay.percentile(percentile) / 1e6);
  return { p50, p99, max: delay.max / 1e6 };
}
