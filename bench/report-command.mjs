import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse, understood } from './command.mjs';
import { asText, checkWritable, readReport } from './saved.mjs';
import { machineLines } from './tables/machine.mjs';
import { terminal } from './tables/terminal.mjs';

/**
 * A command that measures and makes a report, or takes one by `--from`; shows it, keeps it and writes its
 * document, as its options say.
 *
 * @param {object} command
 * @param {string} command.usage
 * @param {(args: string[]) => object} command.readOptions throws what the user is told
 * @param {(value: unknown) => boolean} command.isReport
 * @param {(options: object) => Promise<object | null>} command.take null if no case was asked for
 * @param {(report: object) => object[]} command.tables those that the terminal shows
 * @param {(report: object) => string[]} command.absences
 * @param {(report: object, folder: string) => Promise<void>} command.writeDocument
 */
export async function reportCommand({ usage, readOptions, isReport, take, ...about }) {
  const options = understood(() => readOptions(process.argv.slice(2)));
  if (options.help) return console.log(usage);
  const { from, save, json, write, docs } = options;
  if (save !== undefined) understood(() => checkWritable(save));
  const report =
    from === undefined
      ? ((await take(options)) ?? refuse('no case is of that name and size'))
      : understood(() => readReport(from, isReport));
  if (save !== undefined) writeFileSync(save, asText(report));
  if (json) process.stdout.write(asText(report));
  else print(report, about);
  if (write) await about.writeDocument(report, docs ?? join(import.meta.dirname, '../docs'));
}

function print(report, { tables, absences }) {
  console.log(machineLines(report).join('\n'), '\n');
  for (const table of tables(report)) console.log(terminal(table));
  for (const absence of absences(report)) console.log(absence);
}
