import { layers, layouts } from './layers.mjs';

const powersOfTen = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, step) => 10 ** (first + step));

const offsets = [0, ...powersOfTen(0, 9)];

/**
 * What is measured: each sweep is layers in their layouts, all unless it names some, with `sizes` elements
 * to a mean, shifted by `offsets`.
 */
const sweeps = [
  { offsets, sizes: [1e4] },
  { offsets: [0, 1e3], sizes: powersOfTen(1, 6) },
  // A million rows, channels last or as a matrix.
  {
    layers: ['batchNormTraining'],
    layouts: ['channelsLast', 'rows'],
    offsets: powersOfTen(0, 6),
    sizes: [1e6],
  },
  // Minutes each: not every layout.
  { layers: ['batchNormTraining'], offsets: [1e3], sizes: [1e7] },
  { layouts: ['rows'], offsets: [1e3], sizes: [1e7] },
  {
    layers: ['groupNorm', 'instanceNorm'],
    layouts: ['contiguous'],
    offsets: [1e3],
    sizes: [1e7],
  },
];

const quickSweeps = [
  { offsets: [0, 1, 1e3, 1e6, 1e9], sizes: [1e4] },
  { offsets: [0, 1e3], sizes: powersOfTen(1, 4) },
];

/** Every case of the sweeps, once, with the smaller ones of a quick look. */
export function cases({ quick = false } = {}) {
  const all = (quick ? quickSweeps : sweeps).flatMap(casesOf);
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

function casesOf({ offsets, sizes, layers: names = Object.keys(layers), layouts: only }) {
  return names.flatMap((layer) =>
    (only ?? Object.keys(layouts)).flatMap((layout) =>
      sizes.flatMap((size) => offsets.flatMap((offset) => caseOf(layer, layout, size, offset))),
    ),
  );
}

/** A case, or none where the layer has no such layout. */
export function caseOf(layer, layout, size, offset) {
  const { title, shape, groups } = layers[layer];
  const shapeOf = layout === 'rows' ? shape.rows : shape.images;
  if (shapeOf === undefined) return [];
  const name = `${title}, ${layouts[layout]}, ${size} to a mean, offset ${offset}`;
  return [{ layer, layout, size, offset, shape: shapeOf(size), groups, name }];
}
