import { bytesOf } from './cases.mjs';
import { interleave } from './interleave.mjs';
import { passSamplers } from './samplers.mjs';
import { median, medianRatio } from './statistics.mjs';

/** What each pass of `run` costs as a multiple of its `copy`, of the tensor of `one`. */
export async function measureRatios(one, run, options) {
  const { copy, ...times } = await interleave(passSamplers(run), options);
  const copyMs = median(copy);
  const ratios = Object.fromEntries(
    Object.entries(times).map(([pass, all]) => [pass, medianRatio(all, copy)]),
  );
  // A copy reads and writes each element: its rate counts them once, as a tensor's size does.
  return { ...one, copyMs, copyGBps: bytesOf(one) / copyMs / 1e6, ratios };
}
