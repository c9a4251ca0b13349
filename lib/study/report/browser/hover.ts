import { dot, type Markish, pointerX, ruleX, tip } from '@observablehq/plot';
import type { Curve, CurvePoint } from './curve';

interface Row {
  readonly step: number;
  readonly value: number;
  readonly text: string;
}

/** What the pointer shows: the step below it, and each curve's value there. */
export function hover(curves: readonly Curve[], format: (value: number) => string): Markish[] {
  const rows = rowsOf(curves, format);
  return [
    ruleX(rows, pointerX({ x: 'step', stroke: 'var(--muted)', strokeOpacity: 0.6 })),
    ...curves.map(({ points, colour }) =>
      dot(points.filter(isDrawn), pointerX({ x: 'step', y: 'value', fill: colour, r: 3.5 })),
    ),
    tip(rows, pointerX({ x: 'step', y: 'value', title: 'text', fontSize: 12, lineHeight: 1.25 })),
  ];
}

function rowsOf(curves: readonly Curve[], format: (value: number) => string): Row[] {
  const byName = curves.map(({ name, points }) => ({
    name,
    values: new Map(points.filter(isDrawn).map(({ step, value }) => [step, value])),
  }));
  const steps = new Set(byName.flatMap(({ values }) => [...values.keys()]));
  return [...steps]
    .sort((a, b) => a - b)
    .map((step) => {
      const here = byName.flatMap(({ name, values }) => {
        const value = values.get(step);
        return value === undefined ? [] : [{ name, value }];
      });
      here.sort((a, b) => b.value - a.value);
      const lines = here.map(({ name, value }) => `${name}: ${format(value)}`);
      const text = [`step ${step.toLocaleString('en-US')}`, ...lines].join('\n');
      return { step, value: here[0]?.value ?? Number.NaN, text };
    });
}

function isDrawn({ value }: CurvePoint): boolean {
  return Number.isFinite(value);
}
