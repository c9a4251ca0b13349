// npm run accuracy: options.mjs says what it takes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuse, understood } from '../command.mjs';
import { asText, checkWritable, isTaken, readReport } from '../saved.mjs';
import { machineLines } from '../tables/machine.mjs';
import { terminal } from '../tables/terminal.mjs';
import { absences } from './absences.mjs';
import { writeDocument } from './document.mjs';
import { measure } from './measure.mjs';
import { readOptions, usage } from './options.mjs';
import { ours } from './ours.mjs';
import { cases } from './sweeps.mjs';
import { shortTables } from './tables/index.mjs';

const options = understood(() => readOptions(process.argv.slice(2)));
if (options.help) {
  console.log(usage);
} else {
  const { from, save, json, write, docs } = options;
  if (save !== undefined) understood(() => checkWritable(save));
  const report = from === undefined ? await take() : understood(() => readReport(from, isReport));
  if (save !== undefined) writeFileSync(save, asText(report));
  if (json) process.stdout.write(asText(report));
  else print(report);
  if (write) await writeDocument(report, docs ?? join(import.meta.dirname, '../../docs'));
}

async function take() {
  const { only = '', maxSize, quick, peers, write } = options;
  const asked = cases({ quick }).filter(({ name, size }) => name.includes(only) && size <= maxSize);
  if (asked.length === 0) refuse('no case is of that name and size');
  const folder = mkdtempSync(join(tmpdir(), 'batchnorm-accuracy-'));
  const participants = [ours()];
  const missing = [];
  try {
    if (peers || write) {
      const { openPeers } = await import('./peers/index.mjs');
      const opened = await openPeers(folder);
      participants.push(...opened.participants);
      missing.push(...opened.missing);
    }
    // If output is piped, progress still shows.
    const onCase = ({ name }) => console.error(name);
    return await measure(asked, participants, { missing, onCase });
  } finally {
    for (const participant of participants) await participant.close();
    rmSync(folder, { recursive: true });
  }
}

function print(report) {
  console.log(machineLines(report).join('\n'), '\n');
  for (const table of shortTables(report)) console.log(terminal(table));
  for (const absence of absences(report)) console.log(absence);
}

function isReport(value) {
  return isTaken(value) && Array.isArray(value.entrants) && Array.isArray(value.rows);
}
