import { shapeText } from '../cases.mjs';
import { atLeast, atMost } from './cells.mjs';

export function pixelsTables({ rounds, rows }) {
  return [
    {
      title: 'transforms.Normalize of decoded images',
      text:
        'Bytes (N, H, W, C) to float32, in one pass, into `out`, one thread: beside copying its ' +
        'output, whose speed is 1, and beside a JavaScript loop that does the same. The goal is in ' +
        `brackets; medians of ${rounds} rounds.`,
      columns: ['images', 'to', 'µs a call', 'share of the speed of copying', 'times the loop'],
      rows: rows.map(({ goals, ...one }) => [
        shapeText(one),
        one.to,
        atMost(one.microseconds, goals.microseconds, 1),
        atLeast(one.ofCopying, goals.ofCopying),
        atLeast(one.timesLoop, goals.timesLoop, 1),
      ]),
    },
  ];
}
