import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ratiosChart } from '../charts/ratios.mjs';
import { sizesChart } from '../charts/sizes.mjs';
import { benchmarks } from './benchmarks.mjs';
import { draw } from './draw.mjs';

const charts = [
  {
    file: 'ratio-to-memcpy.svg',
    alt: 'Cost of each pass by shape, as a multiple of copying the tensor, and that of other libraries',
    chart: ratiosChart,
  },
  {
    file: 'time-against-size.svg',
    alt: "Time of each pass against the tensor's size, with that of copying it",
    chart: sizesChart,
  },
];

/** Writes benchmarks.md and the charts that the report has figures for. */
export async function writeDocument(report, folder) {
  const drawn = await draw(charts, report, folder);
  writeFileSync(join(folder, 'benchmarks.md'), benchmarks(report, drawn));
}
