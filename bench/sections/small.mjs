import { bytesOf, caseText, plain } from '../cases.mjs';
import { interleave } from '../interleave.mjs';
import { passes } from '../passes.mjs';
import { callsToTime, passSamplers } from '../samplers.mjs';
import { median } from '../statistics.mjs';

/** Tensors so small that the call is the cost: the most microseconds that a pass may take. */
export const cases = [
  { ...plain([1, 64]), pass: 'eval', goal: 1.5 },
  { ...plain([1, 64, 28, 28]), pass: 'eval', goal: 9 },
  { ...plain([32, 128]), pass: 'training', goal: 4 },
].map((one) => ({
  ...one,
  name: `small ${caseText(one)} ${one.pass}`,
  memory: 3 * bytesOf(one),
}));

export const rounds = 41;

export async function measure(one, options) {
  const run = passes(one);
  const samplers = passSamplers(run, { calls: callsToTime(run[one.pass]) });
  const { all } = await interleave({ all: samplers[one.pass] }, options);
  return { ...one, microseconds: median(all) * 1000 };
}
