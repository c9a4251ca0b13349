/**
 * A case: `shape`, `dtype`, `memoryFormat`; where it is fused `activation` and `residual`;
 * `inPlace` where results overwrite what they are made of; `layer` where it is not batch
 * normalization, with its `groups` or `affine`.
 * A shape (N, C) has one memory format.
 */
export function plain(shape, memoryFormat = 'contiguous', dtype = 'float32') {
  return { shape, dtype, memoryFormat };
}

export function bothFormats(shape, dtype) {
  return ['contiguous', 'channelsLast'].map((format) => plain(shape, format, dtype));
}

export function elementsOf({ shape }) {
  return shape.reduce((product, size) => product * size, 1);
}

export function bytesOf(one) {
  return elementsOf(one) * (one.dtype === 'float64' ? 8 : 4);
}

export function shapeText({ shape }) {
  return `(${shape.join(', ')})`;
}

/** As a table's row and `--only` name it: `(32, 64, 56, 56) channels last float64 relu`. */
export function caseText(one) {
  const { shape, dtype, memoryFormat, activation, residual, inPlace } = one;
  const words = [...layerWords(one), shapeText(one)];
  if (shape.length > 2)
    words.push(memoryFormat === 'channelsLast' ? 'channels last' : 'contiguous');
  if (dtype !== 'float32') words.push(dtype);
  if (activation) words.push(residual ? `${activation} + residual` : activation);
  if (inPlace) words.push('in place');
  return words.join(' ');
}

/** None for batch normalization. */
function layerWords({ layer, groups, affine }) {
  if (layer === undefined) return [];
  return [groups ? `${layer}(${groups})` : layer, ...(affine ? ['affine'] : [])];
}
