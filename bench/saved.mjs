import { closeSync, openSync, readFileSync } from 'node:fs';
import { sections } from './sections/index.mjs';

/** Throws where `--save` could not write, before hours of measuring are lost to it. */
export function checkWritable(file) {
  try {
    // To append: what is there stays until there is a new report.
    closeSync(openSync(file, 'a'));
  } catch ({ message }) {
    throw new Error(`--save cannot write: ${message}`);
  }
}

/** A report as `--save` keeps it. */
export function asText(report) {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** The report that `--save` kept in `file`, as `isReport` knows it. */
export function readReport(file, isReport) {
  const text = readFileSync(file, 'utf8');
  const report = parsed(text);
  if (!isReport(report)) throw new Error(`--from wants a report that --save kept, not ${file}`);
  return report;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether it says when and on what it was taken. */
export function isTaken(value) {
  return typeof value?.date === 'string' && Array.isArray(value.machine?.caches);
}

/** Whether it is one of the bench. */
export function isReport(value) {
  return (
    isTaken(value) &&
    Object.entries(value.sections ?? {}).length > 0 &&
    Object.entries(value.sections).every(
      ([name, section]) => Object.hasOwn(sections, name) && Array.isArray(section?.rows),
    )
  );
}
