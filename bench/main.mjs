// npm run bench: options.mjs says what it takes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse, understood } from './command.mjs';
import { writeDocument } from './document/write.mjs';
import { measure } from './measure.mjs';
import { readOptions, usage } from './options.mjs';
import { asText, checkWritable, readReport } from './saved.mjs';
import { absences } from './tables/absences.mjs';
import { tables } from './tables/index.mjs';
import { machineLines } from './tables/machine.mjs';
import { terminal } from './tables/terminal.mjs';

const options = understood(() => readOptions(process.argv.slice(2)));
if (options.help) {
  console.log(usage);
} else {
  const { from, save, json, write, docs } = options;
  if (save !== undefined) understood(() => checkWritable(save));
  const report = from === undefined ? await take() : understood(() => readReport(from));
  if (save !== undefined) writeFileSync(save, asText(report));
  if (json) process.stdout.write(asText(report));
  else print(report);
  if (write) await writeDocument(report, docs ?? join(import.meta.dirname, '../docs'));
}

async function take() {
  const report = await measure(options.names, {
    ...options,
    openPeers: async () => (await import('./peers/index.mjs')).openPeers(),
    // Where output is piped, progress still shows.
    onCase: ({ name }) => console.error(name),
  });
  if (Object.keys(report.sections).length === 0) refuse('no case is of that name and size');
  return report;
}

function print(report) {
  console.log(machineLines(report).join('\n'), '\n');
  for (const table of tables(report)) console.log(terminal(table));
  for (const absence of absences(report)) console.log(absence);
}
