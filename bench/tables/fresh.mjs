import { shapeText } from '../cases.mjs';
import { ways } from '../sections/fresh.mjs';
import { atMost, duration } from './cells.mjs';

export function freshTables({ rounds, rows }) {
  return [
    {
      title: 'Without `out`',
      text:
        'Eval on one thread: a new tensor for each result, against one that is there already; in ' +
        'a loop that never gives way, and in one where the event loop turns between two calls. ' +
        `The goal is in brackets; medians of ${rounds} rounds.`,
      columns: ['tensor', 'MB', 'loop', 'with `out`', 'without', 'ratio'],
      rows: rows.map((row) => [
        shapeText(row),
        (row.bytes / 1e6).toPrecision(3),
        ways[row.way],
        duration(row.outMs),
        duration(row.freshMs),
        atMost(row.ratio, row.goal),
      ]),
    },
  ];
}
