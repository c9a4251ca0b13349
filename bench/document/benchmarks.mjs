import { absences } from '../tables/absences.mjs';
import { tables } from '../tables/index.mjs';
import { machineLines } from '../tables/machine.mjs';
import { markdown } from '../tables/markdown.mjs';

/** docs/benchmarks.md: what was measured, on what, and how to read it. */
export function benchmarks(report, charts) {
  const parts = [
    '# Benchmarks',
    'Written by `npm run bench -- --write` in a clone; change that, not this file.',
    list(machineLines(report)),
    ...charts.map(({ file, alt }) => `![${alt}](${file})`),
    '## How to read this',
    reading,
    '## Tables',
    `Goals that are missed are marked **missed**, and what is faster than batchnorm **faster**.`,
    ...tables(report).map((table) => markdown(table).trimEnd()),
  ];
  const absent = absences(report);
  if (absent.length > 0) parts.push('### Not measured here', list(absent));
  return `${parts.join('\n\n')}\n`;
}

function list(lines) {
  return lines.map((line) => `- ${line}`).join('\n');
}

const reading = `\
Normalization moves memory and computes little, so its limit is the cost of copying the tensor once:
\`TypedArray.set\`, which is memcpy. Each table takes its functions in turns, round after round, so
that whatever else the machine does falls on all alike; a ratio is the median over the rounds of each
round's own ratio to its own copy. Widely used harnesses (mitata, tinybench) run one function to its
end before the next, which a busy machine turns into differences that are not there.

What the figures say:

- what a pass costs where its tensor exists already and \`out\` too, unless a table says otherwise.
  Among the peers oneDNN and onnxruntime-node also write into memory that they are given; PyTorch
  and TensorFlow.js make a new result in each call, in memory that their allocators may have kept;
- how that compares with other libraries on this machine, in the same minutes. Each of these runs in
  a process of its own, holds its own tensors and times itself, from its own language's call to its
  return; its results are compared with ours first.

What they do not say:

- anything of another processor, and little of absolute times: other guests of the same machine
  share its memory bandwidth. Ratios hold better than milliseconds.
- that copying is the least possible. A copy first reads the memory that it overwrites; results
  larger than the cache are written past it here, hence the ratios below 1. Within the cache copying
  is several times faster, and training, which reads its input more than once, is not.
- what a small tensor costs in a cold program: its time is the mean of many calls in a row, of code
  that is compiled and data that is in the cache. Among the peers that is so for all.
- the whole cost of a network: convolutions dwarf it, and a layer rarely finds its input in memory
  as cold as here.`;
