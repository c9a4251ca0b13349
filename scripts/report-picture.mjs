// node scripts/report-picture.mjs RECORD.json PICTURE.png: figure 1 of the report of a run of the study
// (batchnorm train --json RECORD.json), as README.md shows it.
import { readFileSync } from 'node:fs';
import { reportPicture } from './pictures/report.mjs';

const [record, picture] = process.argv.slice(2);
if (picture === undefined) {
  console.error('usage: node scripts/report-picture.mjs RECORD.json PICTURE.png');
  process.exit(2);
}
await reportPicture(JSON.parse(readFileSync(record, 'utf8')), picture);
