import { grey } from '../../charts/colours.mjs';
import { groups, worst } from '../errors.mjs';
import { layers } from '../layers.mjs';
import { encodingOf, exponentLabels, linesOf, powersOfTen, valuesOf } from './entrants.mjs';

const size = 1e4;
const columns = 2;
/** What is rounded once has no smaller error. */
const least = 0.5;
const most = 1e10;
/** All 24 bits of a float32. */
const noDigits = 2 ** 23;

/** Errors of the outputs against the offset, a panel for each layer; null without figures. */
export function ulpsChart(report) {
  const rows = report.rows.filter((row) => row.size === size);
  const lines = linesOf(report, (entrant) =>
    report.entrants[entrant].threads === 1 ? pointsOf(rows, entrant) : [],
  );
  if (lines.length === 0) return null;
  const values = valuesOf(lines);
  const panels = Object.values(layers)
    .map(({ title }) => ({ title, own: values.filter(({ layer }) => layer === title) }))
    .filter(({ own }) => own.length > 0);
  return {
    title: {
      text: 'Error of the output against the offset of the input',
      subtitle: [
        'In ulps of float32, lower is better: half an ulp is the right result,',
        'rounded; above the dashed line no digit is right.',
        'Input of deviation 1, 10⁴ elements to a mean; worst of all layouts.',
      ],
    },
    columns,
    // Else titles of a row are as high as the labels of their axes happen to be.
    bounds: 'flush',
    spacing: { row: 52, column: 46 },
    concat: panels.map(({ title, own }, index) => ({
      title: { text: title, fontSize: 14, anchor: 'middle', offset: 6 },
      data: { values: own },
      width: 270,
      height: 150,
      layer: [
        {
          data: { values: [{}] },
          mark: { type: 'rule', color: grey, strokeDash: [5, 4], strokeWidth: 1.5 },
          encoding: { y: { datum: noDigits, type: 'quantitative' } },
        },
        ...(index === 0 ? [noDigitsText] : []),
        {
          mark: { type: 'line', point: { filled: true, size: 32 } },
          encoding: {
            x: {
              field: 'exponent',
              type: 'quantitative',
              scale: { domain: [-1, 9], nice: false },
              axis: {
                title: index + columns < panels.length ? null : 'offset',
                values: [-1, 1, 3, 5, 7, 9],
                labelExpr: exponentLabels,
                grid: false,
              },
            },
            y: {
              field: 'ulps',
              type: 'quantitative',
              scale: { type: 'log', domain: [0.2, most], nice: false },
              axis: {
                title: index % columns === 0 ? 'error, ulps' : null,
                values: [1, 1e3, 1e6, 1e9],
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

const noDigitsText = {
  data: { values: [{}] },
  mark: { type: 'text', align: 'left', dx: 4, dy: -8, color: grey, fontSize: 12 },
  encoding: {
    x: { datum: -1, type: 'quantitative' },
    y: { datum: noDigits, type: 'quantitative' },
    text: { value: 'no digit is right' },
  },
};

/** The worst of the layouts at each offset. What is not finite is at the upper edge. */
function pointsOf(rows, entrant) {
  return Object.entries(layers).flatMap(([layer, { title }]) => {
    const own = rows.filter((row) => row.layer === layer);
    const offsets = [...new Set(own.map(({ offset }) => offset))].sort((a, b) => a - b);
    return offsets.flatMap((offset) => {
      const at = own.filter((row) => row.offset === offset);
      const error = worst(at, entrant, groups.output);
      if (error === null) return [];
      const exponent = offset === 0 ? -1 : Math.log10(offset);
      return [{ layer: title, exponent, ulps: Math.min(Math.max(error, least), most) }];
    });
  });
}
