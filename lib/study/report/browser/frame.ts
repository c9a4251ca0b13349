import {
  axisX,
  axisY,
  gridY,
  type Markish,
  type PlotOptions,
  plot,
  type ScaleOptions,
} from '@observablehq/plot';
import type { Size } from './size';

export interface Frame {
  readonly size: Size;
  readonly x: ScaleOptions & { label: string };
  readonly y: ScaleOptions & { label: string };
  /** Where the ticks are, if not where the scale has them. */
  readonly xTicks?: number[] | undefined;
  readonly yTicks?: number[] | undefined;
  readonly xFormat: (value: number) => string;
  readonly yFormat: (value: number) => string;
  readonly marginRight: number;
  readonly marks: Markish[];
}

/** A chart with its axes and its grid. */
export function frame(of: Frame): SVGSVGElement | HTMLElement {
  const { size, x, y, xTicks, yTicks, xFormat, yFormat, marginRight, marks } = of;
  const options: PlotOptions = {
    ...size,
    marginTop: 30,
    marginBottom: 40,
    marginLeft: 50,
    marginRight,
    style: 'background: none; color: inherit; font: 12px var(--font); overflow: visible;',
    x,
    y,
    color: { type: 'identity' },
    marks: [
      gridY({ stroke: 'var(--grid)', strokeOpacity: 1, ...ticksOf(yTicks) }),
      axisY({ color: 'var(--muted)', tickSize: 0, tickFormat: yFormat, ...ticksOf(yTicks) }),
      axisX({
        color: 'var(--muted)',
        labelAnchor: 'center',
        labelArrow: 'none',
        tickFormat: xFormat,
        ...(xTicks === undefined ? { tickSpacing: 80 } : { ticks: xTicks }),
      }),
      ...marks,
    ],
  };
  return plot(options);
}

function ticksOf(ticks: number[] | undefined) {
  return ticks === undefined ? { tickSpacing: 50 } : { ticks };
}
