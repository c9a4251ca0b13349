import { shapeText } from '../cases.mjs';
import { atMost, duration } from './cells.mjs';

const names = {
  sync: 'synchronous, `out`',
  unshared: 'asynchronous',
  unsharedOut: 'asynchronous, `out`',
  sharedOut: 'asynchronous, all shared, `out`',
};

export function eventLoopTables({ rounds, rows }) {
  return [
    {
      title: 'The event loop',
      text:
        'How long the event loop is held up while a call runs, in ms, as ' +
        '`perf_hooks.monitorEventLoopDelay` sees it with a resolution of 1 ms; and how long the ' +
        'call takes, as a multiple of the synchronous one. Memory that is not shared is copied, a ' +
        'little in each turn of the loop. All cores. The goal of an asynchronous call is in ' +
        `brackets; ${rounds} calls of each kind, in turns.`,
      columns: ['call', 'input', 'way', 'time', 'times sync', 'p50', 'p99', 'max'],
      rows: rows.flatMap(({ goal, ways, ...one }) =>
        ways.map(({ way, ms, ratio, p50, p99, max }) => [
          one.call,
          shapeText(one),
          names[way],
          duration(ms),
          ratio.toFixed(2),
          p50.toFixed(1),
          atMost(p99, way === 'sync' ? undefined : goal, 1),
          max.toFixed(1),
        ]),
      ),
    },
  ];
}
