import { blue, grey, ofOthers } from '../../charts/colours.mjs';

const shapes = ['diamond', 'circle', 'square', 'triangle-up', 'cross', 'triangle-down'];

/**
 * The libraries of a chart as its lines; packages of one library share theirs if they agree. A library has the same
 * colour in all charts, and what it does on more threads too, in dashes.
 *
 * @param {{ entrants: object[] }} report
 * @param {(entrant: number) => object[]} pointsOf
 */
export function linesOf({ entrants }, pointsOf) {
  const lines = new Map();
  const names = [...new Set(entrants.map(({ name }) => name))];
  for (const [place, { name, threads }] of entrants.entries()) {
    const points = pointsOf(place);
    if (points.length === 0) continue;
    // Two packages of one library, onnxruntime's.
    const key = JSON.stringify([name.split('-')[0], threads, points]);
    const known = lines.get(key);
    if (known !== undefined) {
      known.library += `, ${name}`;
      continue;
    }
    lines.set(key, {
      library: threads === 1 ? name : `${name}, ${threads} threads`,
      colour: [blue, ...ofOthers][names.indexOf(name)] ?? grey,
      shape: threads === 1 ? shapes[names.indexOf(name) % shapes.length] : 'triangle-right',
      dash: threads === 1 ? [] : [5, 3],
      points,
    });
  }
  return [...lines.values()];
}

/** How vega-lite tells the lines apart, ours being the thick one. */
export function encodingOf(lines) {
  const domain = lines.map(({ library }) => library);
  const scaleOf = (property) => ({ domain, range: lines.map((line) => line[property]) });
  const legend = { columns: 3, symbolStrokeWidth: 0 };
  return {
    color: { field: 'library', scale: scaleOf('colour'), legend },
    shape: { field: 'library', scale: scaleOf('shape'), legend },
    strokeDash: { field: 'library', scale: scaleOf('dash'), legend },
    strokeWidth: {
      condition: { test: { field: 'library', equal: domain[0] }, value: 5 },
      value: 1.8,
    },
    // Drawn in the order of the data otherwise, which is that of the names.
    detail: { field: 'library' },
  };
}

/** The data of the lines in the order in which they are drawn: ours, the thickest, then the last first. */
export function valuesOf([ours, ...others]) {
  return [ours, ...others.reverse()].flatMap(({ library, points }) =>
    points.map((point) => ({ library, ...point })),
  );
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const powers = Array.from({ length: 10 }, (_, exponent) =>
  exponent < 2 ? String(10 ** exponent) : `10${superscripts[exponent]}`,
);

/** A Vega expression for labels of an axis whose values are exponents, -1 standing for a 0. */
export const exponentLabels = `datum.value < 0 ? '0' : ${JSON.stringify(powers)}[datum.value]`;

/** One for those of a logarithmic axis from 1 on. */
export const powersOfTen = `${JSON.stringify(powers)}[round(log(datum.value) / LN10)]`;
