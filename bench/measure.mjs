import { elementsOf } from './cases.mjs';
import { machine } from './machine.mjs';
import { sections } from './sections/index.mjs';

/**
 * Measures, and gives the report: plain data, which may be saved.
 *
 * @param {string[]} names of sections
 * @param {object} options
 * @param {string} [options.only] cases whose name holds this
 * @param {number} [options.maxElements] cases of up to so many elements
 * @param {number} [options.rounds] instead of each section's own number
 * @param {() => Promise<object[]>} options.openPeers
 * @param {(one: object) => void} [options.onCase] before each case
 */
export async function measure(names, options) {
  const { only = '', maxElements = Number.POSITIVE_INFINITY, openPeers, onCase } = options;
  const report = { date: new Date().toISOString(), machine: machine(), sections: {} };
  for (const name of names) {
    const section = sections[name];
    const cases = section.cases.filter(
      (one) => one.name.includes(only) && elementsOf(one) <= maxElements,
    );
    if (cases.length === 0) continue;
    const rounds = options.rounds ?? section.rounds;
    const { about, measure, close } = (await section.open?.(openPeers)) ?? section;
    const rows = [];
    const tooLarge = [];
    try {
      for (const { memory, ...one } of cases) {
        if (memory > process.availableMemory()) {
          tooLarge.push(one.name);
          continue;
        }
        onCase?.(one);
        rows.push(await measure(one, { rounds }));
      }
    } finally {
      await close?.();
    }
    report.sections[name] = { rounds, ...about, rows, tooLarge };
  }
  return report;
}
