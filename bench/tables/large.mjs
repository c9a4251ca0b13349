import { caseText } from '../cases.mjs';
import { atMost } from './cells.mjs';

export function largeTables({ rounds, rows }) {
  return [
    {
      title: 'Multiples of copying the tensor',
      text:
        'One thread, into `out`; in place, that is the input, or the gradient that backward is given. ' +
        'float32 unless the row says float64. The goal is in brackets; ' +
        `medians of ${rounds} rounds.`,
      columns: ['tensor', 'copy ms', 'GB/s', 'eval', 'training', 'backward'],
      rows: rows.map(({ copyMs, copyGBps, ratios, goals, ...one }) => [
        caseText(one),
        copyMs.toFixed(2),
        copyGBps.toFixed(1),
        ...Object.keys(ratios).map((pass) => atMost(ratios[pass], goals[pass])),
      ]),
    },
  ];
}
