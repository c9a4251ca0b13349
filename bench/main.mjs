// npm run bench: each pass beside copying the same tensor, in one run.
import { parseArgs } from 'node:util';
import { setNumThreads } from 'batchnorm';
import { cases } from './cases.mjs';
import { interleave, median } from './interleave.mjs';
import { passes } from './passes.mjs';
import { machine, printHeader, printRow } from './report.mjs';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '41' } },
});
const rounds = Number(values.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(`--rounds should be a positive integer, got ${values.rounds}`);
  process.exit(2);
}

setNumThreads(1);
const on = machine();
if (!values.json) printHeader(on);
const rows = cases.map((one) => {
  const row = measure(one);
  if (!values.json) printRow(row);
  return row;
});
if (values.json) console.log(JSON.stringify({ ...on, rounds, rows }, null, 2));

function measure(one) {
  const { copy, ...times } = interleave(passes(one), rounds);
  const copyMs = median(copy);
  // A copy reads and writes each element: its rate counts them once, as a tensor's size does.
  const bytes = one.shape.reduce((size, axis) => size * axis, one.dtype === 'float64' ? 8 : 4);
  const ratios = Object.fromEntries(
    Object.entries(times).map(([pass, all]) => [pass, median(all) / copyMs]),
  );
  return { ...one, copyMs, copyGBps: bytes / copyMs / 1e6, ratios };
}
