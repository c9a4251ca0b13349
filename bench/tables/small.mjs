import { shapeText } from '../cases.mjs';
import { atMost } from './cells.mjs';

export function smallTables({ rounds, rows }) {
  return [
    {
      title: 'Small tensors',
      text: `One thread, into \`out\`, calls in a row. The goal is in brackets; medians of ${rounds} rounds.`,
      columns: ['tensor', 'pass', 'µs a call'],
      rows: rows.map((row) => [shapeText(row), row.pass, atMost(row.microseconds, row.goal)]),
    },
  ];
}
