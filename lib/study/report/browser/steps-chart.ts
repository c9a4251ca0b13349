import { line, type Markish, type ScaleOptions } from '@observablehq/plot';
import type { Curve } from './curve';
import { frame } from './frame';
import { hover } from './hover';
import { type LineEnd, lineEnds } from './line-ends';
import { logDomain, logTicks } from './log-axis';
import { isNarrow, isWide, type Size } from './size';
import type { StepsAxis } from './steps-axis';

export interface StepsChart {
  readonly size: Size;
  readonly curves: readonly Curve[];
  readonly y: ScaleOptions & { label: string };
  readonly format: (value: number) => string;
  readonly steps: StepsAxis;
  /** Drawn below the lines. */
  readonly below?: Markish[];
  readonly strokeWidth?: number;
  /** The last values beside the names, where there is room. */
  readonly showsLast?: boolean;
}

/** Curves over the steps of training, named at their ends, with their values at the pointer. */
export function stepsChart(chart: StepsChart) {
  const { size, curves, y, format, steps, below = [], strokeWidth = 2 } = chart;
  const ends = curves.flatMap((curve) => endOf(curve, chart));
  const longest = Math.max(0, ...ends.map(({ name }) => name.length));
  const domain = logDomain(curves.flatMap(({ points }) => points.map(({ value }) => value)));
  return frame({
    size,
    ...steps,
    y: y.type === 'log' ? { ...y, domain } : y,
    yTicks: y.type === 'log' ? logTicks(domain) : undefined,
    yFormat: format,
    // A bold letter of 12 px is about 7 px wide.
    marginRight: 20 + 7 * longest,
    marks: [
      ...below,
      ...curves.map(({ points, colour, dash }) =>
        line(points, {
          x: 'step',
          y: 'value',
          stroke: colour,
          strokeWidth,
          strokeLinejoin: 'round',
          className: 'curve',
          ...(dash === undefined ? {} : { strokeDasharray: dash }),
          // Where the points are few it is seen where they are; a lone one has no line.
          ...(points.length <= 25 ? { marker: 'dot' } : {}),
        }),
      ),
      lineEnds(ends),
      ...hover(curves, format),
    ],
  });
}

function endOf(curve: Curve, { size, format, showsLast = false }: StepsChart): LineEnd[] {
  const last = curve.points.findLast(({ value }) => Number.isFinite(value));
  if (last === undefined) return [];
  const name = isNarrow(size) ? curve.shortName : curve.name;
  const value = showsLast && isWide(size) ? ` ${format(last.value)}` : '';
  return [{ ...last, name: name + value, colour: curve.colour }];
}
