import { interleave } from '../interleave.mjs';
import { pixelPasses } from '../pixels.mjs';
import { callsToTime, passSamplers } from '../samplers.mjs';
import { median, medianRatio } from '../statistics.mjs';

// At least so many times as fast as a JavaScript loop.
const timesLoop = 10;

/**
 * transforms.Normalize of bytes, (N, H, W, C), to float32: the most microseconds that it may take,
 * the least share of the speed of copying its output, and how it compares with a loop.
 */
export const cases = [
  { shape: [1, 224, 224, 3], to: 'CHW', goals: { microseconds: 25, timesLoop } },
  { shape: [1, 224, 224, 3], to: 'HWC', goals: {} },
  { shape: [32, 224, 224, 3], to: 'CHW', goals: {} },
  { shape: [1, 1080, 1920, 3], to: 'CHW', goals: { ofCopying: 0.6 } },
  { shape: [1, 1080, 1920, 3], to: 'HWC', goals: {} },
].map((one) => ({
  ...one,
  dtype: 'float32',
  name: `pixels (${one.shape.join(', ')}) to ${one.to}`,
  memory: 9 * one.shape.reduce((product, size) => product * size, 1),
}));

export const rounds = 41;

export async function measure(one, options) {
  const run = pixelPasses(one);
  const samplers = passSamplers(run, { calls: callsToTime(run.normalize) });
  const { copy, normalize, loop } = await interleave(samplers, options);
  return {
    ...one,
    microseconds: median(normalize) * 1000,
    ofCopying: medianRatio(copy, normalize),
    timesLoop: medianRatio(loop, normalize),
  };
}
