// npm run bench: options.mjs says what it takes.
import { writeDocument } from './document/write.mjs';
import { measure } from './measure.mjs';
import { readOptions, usage } from './options.mjs';
import { reportCommand } from './report-command.mjs';
import { isReport } from './saved.mjs';
import { absences } from './tables/absences.mjs';
import { tables } from './tables/index.mjs';

await reportCommand({ usage, readOptions, isReport, take, tables, absences, writeDocument });

async function take(options) {
  const report = await measure(options.names, {
    ...options,
    openPeers: async () => (await import('./peers/index.mjs')).openPeers(),
    // Where output is piped, progress still shows.
    onCase: ({ name }) => console.error(name),
  });
  return Object.keys(report.sections).length === 0 ? null : report;
}
