// npm run accuracy: options.mjs says what it takes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportCommand } from '../report-command.mjs';
import { isTaken } from '../saved.mjs';
import { absences } from './absences.mjs';
import { writeDocument } from './document.mjs';
import { measure } from './measure.mjs';
import { readOptions, usage } from './options.mjs';
import { ours } from './ours.mjs';
import { cases } from './sweeps.mjs';
import { shortTables as tables } from './tables/index.mjs';

const isReport = (value) =>
  isTaken(value) && Array.isArray(value.entrants) && Array.isArray(value.rows);

await reportCommand({ usage, readOptions, isReport, take, tables, absences, writeDocument });

async function take({ only = '', maxSize, quick, peers, write }) {
  const asked = cases({ quick }).filter(({ name, size }) => name.includes(only) && size <= maxSize);
  if (asked.length === 0) return null;
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
