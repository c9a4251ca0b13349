import { readFileSync, writeFileSync } from 'node:fs';
import { markdown } from '../../../bench/tables/markdown.mjs';

const BEGIN = '<!-- Written by `npm run load -- --write`; change that, not this. -->\n';
const END = '<!-- The end of what it writes. -->\n';

/** Puts lines and tables into a document, between its two marks. */
export function writeFigures(file, lines, tables) {
  const { before, after } = checkPlace(file);
  const list = lines.map((line) => `- ${line}`).join('\n');
  const figures = [list, ...tables.map((table) => markdown(table).trimEnd())].join('\n\n');
  writeFileSync(file, `${before}\n${figures}\n\n${after}`);
}

/** What stands before and after the figures; throws where a document has no place for them. */
export function checkPlace(file) {
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the figures`);
  return { before: text.slice(0, from + BEGIN.length), after: text.slice(to) };
}
