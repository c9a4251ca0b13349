import { caseText } from '../cases.mjs';
import { atMost } from './cells.mjs';

export function layersTables({ rounds, rows }) {
  return [
    {
      title: 'LayerNorm, RMSNorm, GroupNorm, InstanceNorm',
      text:
        'Multiples of copying the tensor: one thread, into `out`. The goal is in brackets; ' +
        `medians of ${rounds} rounds.`,
      columns: ['tensor', 'copy ms', 'GB/s', 'forward', 'backward'],
      rows: rows.map(({ copyMs, copyGBps, ratios, goals, ...one }) => [
        caseText(one),
        copyMs.toFixed(2),
        copyGBps.toFixed(1),
        atMost(ratios.forward, goals.forward),
        atMost(ratios.backward, goals.backward),
      ]),
    },
  ];
}
