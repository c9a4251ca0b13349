import { caseText } from '../cases.mjs';
import { blue, grey, ofOthers } from './colours.mjs';

const passes = { eval: 'eval', training: 'training forward', backward: 'backward' };

/**
 * The cost of each pass as a multiple of copying its tensor, by shape: ours and the peers', or ours
 * alone. Null where the report has neither.
 */
export function ratiosChart({ sections: { peers, large } }) {
  const values = peers?.rows.some(isLarge) ? withPeers(peers) : alone(large);
  if (values.length === 0) return null;
  const libraries = [...new Set(values.map(({ library }) => library))];
  const ratios = values.map(({ ratio }) => ratio);
  const domain = [0.85 * Math.min(1, ...ratios), 1.2 * Math.max(...ratios)];
  const tensors = [...new Set(values.map(({ tensor }) => tensor))];
  return {
    title: {
      text: 'Batch normalization against copying the tensor',
      subtitle: 'One thread, float32; left is faster; the dashed line is one copy (memcpy)',
    },
    // Ours come last, on top of others.
    data: { values: values.toReversed() },
    facet: { column: { field: 'pass', sort: Object.values(passes) } },
    spec: {
      width: 190,
      height: { step: 21 },
      layer: [
        {
          mark: { type: 'rule', color: grey, strokeDash: [5, 4], strokeWidth: 1.5 },
          encoding: { x: { datum: 1 } },
        },
        {
          mark: { type: 'point', filled: true, opacity: 0.9, size: 75 },
          encoding: {
            y: { field: 'tensor', sort: tensors, axis: { title: null, grid: true } },
            x: {
              field: 'ratio',
              type: 'quantitative',
              scale: { type: 'log', domain, nice: false },
              axis: {
                title: 'times a copy (log scale)',
                values: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000],
              },
            },
            color: {
              field: 'library',
              scale: { domain: libraries, range: [blue, ...ofOthers] },
              legend: { columns: 3 },
            },
            shape: {
              field: 'library',
              scale: {
                domain: libraries,
                range: ['diamond', 'circle', 'square', 'triangle-up', 'cross', 'triangle-down'],
              },
              legend: { columns: 3 },
            },
          },
        },
      ],
    },
  };
}

function isLarge({ calls }) {
  return calls === 1;
}

function withPeers({ entrants, rows }) {
  return rows.filter(isLarge).flatMap((row) =>
    Object.entries(passes).flatMap(([pass, text]) =>
      entrants.flatMap(({ name, version, threads }, index) => {
        const ratio = row.ratios[pass][index];
        if (threads !== 1 || ratio === null) return [];
        return [{ tensor: caseText(row), pass: text, library: `${name} ${version}`, ratio }];
      }),
    ),
  );
}

function alone(large) {
  return (large?.rows ?? []).flatMap((row) =>
    Object.entries(passes).map(([pass, text]) => ({
      tensor: caseText(row),
      pass: text,
      library: 'batchnorm',
      ratio: row.ratios[pass],
    })),
  );
}
