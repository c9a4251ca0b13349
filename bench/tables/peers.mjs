import { caseText } from '../cases.mjs';
import { duration } from './cells.mjs';
import { entrantText } from './entrant-text.mjs';

const titles = { eval: 'Eval', training: 'Training forward', backward: 'Backward' };

/** One table a pass; small tensors as times, since copying them is no measure. */
export function peersTables({ rounds, entrants, rows }) {
  const large = rows.filter((row) => row.calls === 1);
  const small = rows.filter((row) => row.calls > 1);
  return [
    ...Object.keys(titles).map((pass) => ({
      title: `${titles[pass]}, multiples of copying the tensor`,
      text: about(rounds),
      columns: ['tensor', 'copy', ...entrants.map(entrantText)],
      rows: large.map((row) => [
        caseText(row),
        duration(row.copyMs),
        ...cells(entrants, row.ratios[pass], (ratio) => ratio.toFixed(2)),
      ]),
    })),
    {
      title: 'Small tensors, time of a call',
      text: about(rounds),
      columns: ['tensor', 'pass', ...entrants.map(entrantText)],
      rows: small.flatMap((row) =>
        Object.keys(row.ms).map((pass) => [
          caseText(row),
          pass,
          ...cells(entrants, row.ms[pass], duration),
        ]),
      ),
    },
  ].filter((table) => table.rows.length > 0);
}

function about(rounds) {
  return (
    'One thread unless the title says more. `faster`: than batchnorm on as many threads; -: no ' +
    `such pass. Medians of ${rounds} rounds.`
  );
}

/** One value for each entrant, or null. */
function cells(entrants, values, show) {
  return values.map((value, index) => {
    if (value === null) return '-';
    const { threads } = entrants[index];
    const ours = values[entrants.findIndex((one) => one.threads === threads)];
    return value < ours ? { text: show(value), mark: 'faster' } : show(value);
  });
}
