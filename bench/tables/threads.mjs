import { caseText } from '../cases.mjs';
import { atLeast, duration } from './cells.mjs';

export function threadsTables({ rounds, rows }) {
  return [
    {
      title: 'Threads',
      text:
        'Time, and how many times as fast as one thread; the goal for two is in brackets. ' +
        `Medians of ${rounds} rounds.`,
      columns: ['tensor', 'threads', 'eval', 'training', 'backward', ...speedups],
      rows: rows.flatMap(lines),
    },
  ];
}

const speedups = ['eval x', 'training x', 'backward x'];

function lines({ counts, ms, speedups, goal, ...one }) {
  return counts.map((count, index) => [
    caseText(one),
    String(count),
    ...Object.values(ms).map((times) => duration(times[index])),
    ...Object.values(speedups).map((all) =>
      count === 1 ? '' : atLeast(all[index], count === 2 ? goal : undefined),
    ),
  ]);
}
