import { grey } from '../../charts/colours.mjs';
import { encodingOf, exponentLabels, linesOf, powersOfTen, valuesOf } from './entrants.mjs';

const [least, most] = [0.1, 1e8];
const panels = [
  {
    title: 'a mean of 1,000, by rows',
    axis: 'rows of each channel',
    of: (row) => row.offset === 1e3,
    against: 'size',
  },
  {
    title: 'a million rows, by mean',
    axis: 'mean',
    of: (row) => row.size === 1e6 && row.offset > 0,
    against: 'offset',
  },
];

/** The running variance that a channels-last batch leaves, against its rows and its mean; null without figures. */
export function runningVarianceChart(report) {
  const rows = report.rows.filter(({ layer }) => layer === 'batchNormTraining');
  const lines = linesOf(report, (entrant) => pointsOf(rows, entrant));
  if (lines.length === 0) return null;
  const values = valuesOf(lines);
  return {
    title: {
      text: 'Running variance of a channels-last batch: right is 1',
      subtitle: [
        'After one float32 batch of variance 1 with momentum 1 (log scale);',
        '(N, C) for libraries that have no channels last.',
      ],
    },
    spacing: 20,
    hconcat: panels
      .filter(({ title }) => values.some(({ panel }) => panel === title))
      .map((panel, index) => ({
        title: { text: panel.title, fontSize: 14, anchor: 'middle', offset: 8 },
        data: { values: values.filter((value) => value.panel === panel.title) },
        width: 255,
        height: 260,
        layer: [
          {
            data: { values: [{}] },
            mark: { type: 'rule', color: grey, strokeDash: [5, 4], strokeWidth: 1.5 },
            encoding: { y: { datum: 1, type: 'quantitative' } },
          },
          {
            mark: { type: 'line', point: { filled: true, size: 40 } },
            encoding: {
              x: {
                field: 'exponent',
                type: 'quantitative',
                scale: { nice: false, zero: false },
                axis: { title: panel.axis, labelExpr: exponentLabels, tickMinStep: 1, grid: false },
              },
              y: {
                field: 'variance',
                type: 'quantitative',
                scale: { type: 'log', domain: [least, most], nice: false },
                axis: {
                  title: index === 0 ? 'running variance' : null,
                  values: [1, 1e2, 1e4, 1e6, 1e8],
                  labelExpr: powersOfTen,
                },
              },
              ...encodingOf(lines),
            },
          },
        ],
      })),
  };
}

/** Channels last, or the matrix of those that have no such layout. What is not positive is at the edge. */
function pointsOf(rows, entrant) {
  const has = (layout) => (row) => row.layout === layout && varianceOf(row, entrant) !== undefined;
  const layout = rows.some(has('channelsLast')) ? 'channelsLast' : 'rows';
  return panels.flatMap(({ title, of, against }) =>
    rows
      .filter(has(layout))
      .filter(of)
      .sort((a, b) => a[against] - b[against])
      .map((row) => ({
        panel: title,
        exponent: Math.round(Math.log10(row[against])),
        variance: Math.min(Math.max(varianceOf(row, entrant), least), most),
      })),
  );
}

function varianceOf({ answers }, entrant) {
  const value = answers[entrant]?.runningVar;
  return typeof value === 'number' ? value : undefined;
}
