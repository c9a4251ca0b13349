import type { fuse } from 'batchnorm';

/** A linear layer or a convolution: stride 1, no padding, elements in logical order. */
export interface LayerCase {
  kind: fuse.LayerKind;
  groups: number;
  /** As PyTorch has it for the kind. */
  weight: { data: ArrayLike<number>; shape: readonly number[] };
  /** A value for each output channel. */
  bias: ArrayLike<number>;
}

/** Images (N, C, ...spatial) in logical order. */
export interface Images {
  data: Float64Array;
  shape: readonly number[];
}

export function outChannelsOf({ kind, groups, weight }: LayerCase): number {
  const [first, second] = weight.shape as [number, number];
  return kind === 'convTranspose' ? second * groups : first;
}

export function inChannelsOf({ kind, groups, weight }: LayerCase): number {
  const [first, second] = weight.shape as [number, number];
  return kind === 'convTranspose' ? first : second * groups;
}

/** Every place of a grid, the last dimension fastest. */
function* places(shape: readonly number[]): Generator<number[]> {
  const [first, ...rest] = shape;
  if (first === undefined) {
    yield [];
    return;
  }
  for (let i = 0; i < first; i++) for (const place of places(rest)) yield [i, ...place];
}

function indexOf(shape: readonly number[], place: readonly number[]): number {
  return place.reduce((index, i, dim) => index * (shape[dim] as number) + i, 0);
}

/** The layer by its definition, term by term, in float64. */
export function applyLayer(layer: LayerCase, x: Images): Images {
  const { kind, groups, weight, bias } = layer;
  const kernel = weight.shape.slice(2);
  const [n = 1, , ...spatial] = x.shape;
  const reach = kind === 'convTranspose' ? 1 : -1;
  const outSpatial = spatial.map((size, dim) => size + reach * ((kernel[dim] as number) - 1));
  const channels = outChannelsOf(layer);
  const shape = [n, channels, ...outSpatial];
  const data = new Float64Array(shape.reduce((product, size) => product * size, 1));
  for (const [sample, out, ...place] of places(shape) as Generator<[number, number, ...number[]]>) {
    data[indexOf(shape, [sample, out, ...place])] = bias[out] as number;
  }
  const inPerGroup = inChannelsOf(layer) / groups;
  const outPerGroup = channels / groups;
  const pairsOfChannels = [...places([groups, inPerGroup, outPerGroup])];
  for (const [g, i, o] of pairsOfChannels as [number, number, number][]) {
    const from = g * inPerGroup + i;
    const to = g * outPerGroup + o;
    for (const tap of places(kernel)) {
      const own = kind === 'convTranspose' ? [from, o, ...tap] : [to, i, ...tap];
      const factor = weight.data[indexOf(weight.shape, own)] as number;
      // A convolution gathers what a transposed one scatters.
      for (const place of places(kind === 'convTranspose' ? spatial : outSpatial)) {
        const shifted = place.map((p, dim) => p + (tap[dim] as number));
        const [source, target] = kind === 'convTranspose' ? [place, shifted] : [shifted, place];
        for (let sample = 0; sample < n; sample++) {
          const value = x.data[indexOf(x.shape, [sample, from, ...source])] as number;
          const at = indexOf(shape, [sample, to, ...target]);
          data[at] = (data[at] as number) + factor * value;
        }
      }
    }
  }
  return { data, shape };
}
