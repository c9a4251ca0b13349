import { shapeText } from '../cases.mjs';
import { duration } from './cells.mjs';

export function sizesTables({ rounds, rows }) {
  return [
    {
      title: 'Time against size',
      text: `float32, one thread, into \`out\`; medians of ${rounds} rounds.`,
      columns: ['elements', 'tensor', 'copy', 'eval', 'training', 'backward'],
      rows: rows.map(({ ms, ...one }) => [
        `2^${Math.log2(one.elements)}`,
        shapeText(one),
        ...Object.values(ms).map(duration),
      ]),
    },
  ];
}
