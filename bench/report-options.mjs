import { parseArgs } from 'node:util';

const ofReports = {
  only: { type: 'string' },
  write: { type: 'boolean' },
  save: { type: 'string' },
  from: { type: 'string' },
  json: { type: 'boolean' },
  docs: { type: 'string' },
  help: { type: 'boolean' },
};

/**
 * The options of a command that measures and makes a report, or takes one by `--from`.
 *
 * @param {string[]} args
 * @param {object} measuring its own, as parseArgs takes them, which have no meaning beside `--from`
 */
export function reportOptions(args, measuring) {
  const { values } = parseArgs({ args, options: { ...measuring, ...ofReports } });
  const unread = [...Object.keys(measuring), 'only'].find((name) => values[name] !== undefined);
  if (values.from !== undefined && unread !== undefined) {
    throw new Error(`--from measures nothing: --${unread} does not go with it`);
  }
  return values;
}

/** What `--help` says of them. */
export const reportUsage = `\
  --save FILE         keeps the report, as JSON
  --from FILE         takes the report from there instead of measuring
  --json              prints the report instead of tables
  --docs FOLDER       where --write writes, docs/ unless told`;
