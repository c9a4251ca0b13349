import { parse, View } from 'vega';
import { compile } from 'vega-lite';

/** Readable on a white page and on a dark one: a background of its own, and dark text on it. */
const config = {
  background: '#ffffff',
  font: 'system-ui, sans-serif',
  padding: 16,
  title: {
    fontSize: 17,
    subtitleFontSize: 13,
    subtitleColor: '#444444',
    offset: 14,
    anchor: 'start',
  },
  axis: {
    labelFontSize: 12,
    titleFontSize: 12,
    gridColor: '#e4e4e4',
    titleColor: '#222222',
    labelLimit: 0,
    labelOverlap: false,
    labelFlush: false,
  },
  header: { labelFontSize: 14, labelFontWeight: 'bold', title: null },
  legend: {
    labelFontSize: 13,
    labelLimit: 0,
    title: null,
    orient: 'top',
    symbolSize: 90,
    columnPadding: 0,
  },
};

/** A chart in Vega-Lite's grammar, drawn as SVG. */
export async function svg(spec) {
  const { spec: compiled } = compile({ ...spec, config });
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
