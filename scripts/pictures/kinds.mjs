import { BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm } from 'batchnorm';
import { blue } from '../../bench/charts/colours.mjs';
import { sharedMeans } from './shared-means.mjs';

const [samples, channels, height, width] = [3, 6, 3, 3];
const groups = 3;

const kinds = [
  { title: 'BatchNorm2d(6)', text: 'a channel of the batch', layer: new BatchNorm2d(channels) },
  {
    title: 'LayerNorm([6, 3, 3])',
    text: 'a sample',
    layer: new LayerNorm([channels, height, width]),
  },
  {
    title: 'InstanceNorm2d(6)',
    text: 'a channel of a sample',
    layer: new InstanceNorm2d(channels),
  },
  {
    title: 'GroupNorm(3, 6)',
    text: 'a group of channels of a sample',
    layer: new GroupNorm(groups, channels),
  },
];

/** The two greys of what is not the first set: neighbouring sets have different ones. */
const shades = ['#d9d9d9', '#b3b3b3'];

/** Which elements share a mean in each kind of normalization, in Vega-Lite's grammar. */
export function kindsPicture() {
  return {
    title: {
      text: 'Which elements share a mean and a variance',
      // Lines this short: the width that text may need is guessed, and generously.
      subtitle: [
        `An input of shape (${samples}, ${channels}, ${height}, ${width}): a row of blocks for each sample,`,
        'a block for each channel, a square for each element.',
        'One set of elements is blue; the greys set the others apart.',
      ],
    },
    columns: 2,
    concat: kinds.map(({ title, text, layer }) => ({
      title: { text: title, subtitle: text, fontSize: 14, subtitleFontSize: 12 },
      data: { values: squares(layer) },
      width: 336,
      height: 164,
      view: { stroke: null },
      mark: { type: 'rect', stroke: '#ffffff', strokeWidth: 0.5, aria: false },
      encoding: {
        x: { field: 'left', type: 'quantitative', axis: ticks('C', channels, width), scale },
        x2: { field: 'right' },
        y: { field: 'top', type: 'quantitative', axis: ticks('N', samples, height), scale: down },
        y2: { field: 'bottom' },
        color: { field: 'colour', type: 'nominal', scale: null },
      },
    })),
  };
}

/** From one block to the next, in squares. */
const gap = 0.6;
const scale = { nice: false, zero: false };
const down = { ...scale, reverse: true };

function ticks(title, blocks, size) {
  const middles = Array.from({ length: blocks }, (_, i) => i * (size + gap) + size / 2);
  return {
    title,
    values: middles,
    labelExpr: `round((datum.value - ${size / 2}) / ${size + gap})`,
    grid: false,
    ticks: false,
    domain: false,
  };
}

function squares(layer) {
  const sets = sharedMeans(layer, [samples, channels, height, width]);
  return sets.map((set, element) => {
    const { n, c, h, w } = placeOf(element);
    const [left, top] = [c * (width + gap) + w, n * (height + gap) + h];
    const colour = set === 0 ? blue : shades[shadeOf(set, sets)];
    return { left, right: left + 1, top, bottom: top + 1, colour };
  });
}

/** A chequerboard of the sets: by sample, and by their order within it. */
function shadeOf(set, sets) {
  const { n } = placeOf(sets.indexOf(set));
  const firstOfSample = sets[n * channels * height * width];
  return (n + set - firstOfSample) % 2;
}

function placeOf(element) {
  const w = element % width;
  const h = Math.floor(element / width) % height;
  const c = Math.floor(element / (width * height)) % channels;
  return { n: Math.floor(element / (width * height * channels)), c, h, w };
}
