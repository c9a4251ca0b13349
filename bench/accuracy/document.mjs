import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { draw } from '../document/draw.mjs';
import { machineLines } from '../tables/machine.mjs';
import { markdown } from '../tables/markdown.mjs';
import { absences } from './absences.mjs';
import { runningVarianceChart } from './charts/running-variance.mjs';
import { ulpsChart } from './charts/ulps.mjs';
import { asNumber } from './errors.mjs';
import { ulps } from './tables/cells.mjs';
import { longTables, shortTables } from './tables/index.mjs';

const charts = [
  {
    file: 'error-against-offset.svg',
    alt: 'Error of each layer in ulps against the offset of its input, and that of other libraries',
    chart: ulpsChart,
  },
  {
    file: 'running-variance.svg',
    alt: 'Running variance of a channels-last batch by rows and by mean, and that of other libraries',
    chart: runningVarianceChart,
  },
];

/** Writes accuracy.md and the charts that the report has figures for. */
export async function writeDocument(report, folder) {
  const drawn = await draw(charts, report, folder);
  writeFileSync(join(folder, 'accuracy.md'), text(report, drawn));
}

function text(report, drawn) {
  const absent = absences(report);
  const parts = [
    '# Accuracy',
    'Written by `npm run accuracy -- --write` in a clone; change that, not this file.',
    summary(report),
    ...drawn.map(({ file, alt }) => `![${alt}](${file})`),
    ...shortTables(report).map((table) => markdown(table).trimEnd()),
    '## What was measured, and how',
    list([...machineLines(report), libraries(report)]),
    method,
    '## All figures',
    ...longTables(report).map(collapsed),
    ...(absent.length > 0 ? [collapsedList('Not measured here', absent)] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function summary({ rows }) {
  const errors = rows.flatMap(({ answers: [ours] }) => Object.values(ours.errors ?? {}));
  const most = Math.max(...errors.map(asNumber));
  return (
    `Each of ${errors.length.toLocaleString('en')} results of batchnorm, outputs, gradients and running ` +
    `statistics, is within **${ulps(most)} ulps** of the right one. Others beside it:`
  );
}

function libraries({ entrants }) {
  const names = entrants.slice(1).map(({ name, version, threads }) => {
    return threads === 1 ? `${name} ${version}` : `${name} on ${threads} threads`;
  });
  if (names.length === 0) return 'no other library';
  return `${names.join('; ')}; one thread unless a title says more`;
}

function collapsed(table) {
  const [, ...rest] = markdown(table).trimEnd().split('\n');
  return details(table.title, rest.join('\n').trim());
}

function collapsedList(title, lines) {
  return details(title, list(lines));
}

function details(title, content) {
  return `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

function list(lines) {
  return lines.map((line) => `- ${line}`).join('\n');
}

const method = `\
- **Input.** float32, normal noise of standard deviation 1 about the offset, the same in each run. From an
  offset of 10⁸ on float32 has no digits for such a deviation: the input is constant, and the right
  output is the bias. Weight, bias and the gradient of the output are normal noise; eps is 2⁻¹⁷, which
  float32 has exactly.
- **What is right** is computed from those very float32 numbers in float64, with compensated sums and a
  mean in two parts, so that deviations have all of float64's digits at any offset. The tests hold it
  against integers of any size.
- **An error** is the largest of all elements of a result, in ulps: spacings of float32 numbers at the
  largest right value of that result. A sum or mean whose right values are below 1 is measured in ulps of
  1. A result that is rounded once from the right one has at most half an ulp.
- **Libraries** run in the same minutes, each in a process of its own, with its public layers and its own
  gradients; nothing is quoted. BatchNorm's running statistics are taken with the whole weight on the
  new batch, and each against its own convention (variance over n or n - 1). PyTorch's sums over rows
  depend on the number of threads, so training of rows is measured on all cores too.

To repeat, in a clone: \`npm run bench:install-peers -- --pip-torch --python\`, then \`npm run accuracy -- --write\`
(\`-- --help\` has the rest). \`PYTHON=/path/to/python\` names a Python that has PyTorch already.`;
