import { caseText } from '../cases.mjs';
import { entrantText } from './entrant-text.mjs';

/** What the report has no figures for, and why: a line each. */
export function absences({ sections }) {
  const { peers } = sections;
  const tooLarge = Object.values(sections).flatMap((section) => section.tooLarge);
  return [
    ...(peers?.missing ?? []).map(({ name, missing }) => `${name}: ${missing}`),
    ...(peers === undefined ? [] : leftOut(peers)),
    ...tooLarge.map((name) => `${name}: more memory than was available`),
  ];
}

/** One line for each library, pass and reason. */
function leftOut({ entrants, rows }) {
  const tensors = new Map();
  for (const row of rows) {
    for (const [index, reasons] of row.leftOut.entries()) {
      for (const [pass, reason] of Object.entries(reasons)) {
        const key = JSON.stringify([entrantText(entrants[index]), pass, reason]);
        tensors.set(key, [...(tensors.get(key) ?? []), caseText(row)]);
      }
    }
  }
  return [...tensors].map(([key, names]) => {
    const [library, pass, reason] = JSON.parse(key);
    const which = names.length > 2 ? `${names.length} tensors` : names.join(' and ');
    return `${library}, ${pass} of ${which}: ${reason}`;
  });
}
