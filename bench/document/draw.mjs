import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svg } from '../charts/svg.mjs';

/** Writes the charts that the report has figures for to `folder`; gives these, `{ file, alt }`. */
export async function draw(charts, report, folder) {
  mkdirSync(folder, { recursive: true });
  const drawn = [];
  for (const { file, alt, chart } of charts) {
    const spec = chart(report);
    if (spec === null) continue;
    writeFileSync(join(folder, file), await svg(spec));
    drawn.push({ file, alt });
  }
  return drawn;
}
