import type { fuse, Tensor } from 'batchnorm';
import { applyLayer, type Images, inChannelsOf, type LayerCase } from './layers';

/** A layer and the BatchNorm behind it; a BatchNorm of ours is such a norm. */
export interface Pair {
  kind: fuse.LayerKind;
  groups: number;
  layer: { weight: Tensor; bias: Tensor | null };
  norm: {
    weight: Tensor | null;
    bias: Tensor | null;
    runningMean: Tensor | null;
    runningVar: Tensor | null;
    eps: number;
  };
}

type Layer = Pair['layer'];

/** The numbers themselves, or their sizes: with these, what is added is the size of the terms. */
type Reading = (value: number) => number;
const itself: Reading = (value) => value;

function layerCase({ kind, groups }: Pair, { weight, bias }: Layer, read = itself): LayerCase {
  const { data, shape } = weight.to({ memoryFormat: 'contiguous' });
  const channels = kind === 'convTranspose' ? (shape[1] as number) * groups : (shape[0] as number);
  const values = bias === null ? new Float64Array(channels) : Float64Array.from(bias.data, read);
  return { kind, groups, weight: { data: Float64Array.from(data, read), shape }, bias: values };
}

/** What the norm makes of a value of a channel. */
function normalize({ norm }: Pair, read = itself): (value: number, channel: number) => number {
  const at = (tensor: Tensor | null, c: number, otherwise: number) =>
    tensor === null ? otherwise : read(tensor.data[c] as number);
  const sign = read === itself ? -1 : 1;
  return (value, c) => {
    const invstd = 1 / Math.sqrt(at(norm.runningVar, c, Number.NaN) + norm.eps);
    const centered = value + sign * at(norm.runningMean, c, Number.NaN);
    return centered * invstd * at(norm.weight, c, 1) + at(norm.bias, c, 0);
  };
}

function mapChannels({ data, shape }: Images, f: (value: number, c: number) => number) {
  const [, channels = 1, ...spatial] = shape;
  const places = spatial.reduce((product, size) => product * size, 1);
  return data.map((value, i) => f(value, Math.floor(i / places) % channels));
}

/** What the pair computes, by the definitions and in float64. */
export function unfolded(pair: Pair, x: Images): Float64Array {
  return mapChannels(applyLayer(layerCase(pair, pair.layer), x), normalize(pair));
}

/**
 * What the folded layer computes, in float64, and how far each of its outputs may be from the
 * pair's: half a spacing of the dtype for each weight and bias, which are rounded once; and
 * float64's own roundings of as many terms as are added, half a spacing each, with some more of
 * normalizing.
 */
export function folded(pair: Pair, layer: fuse.FoldedLayer, x: Images) {
  const own = layerCase(pair, layer);
  const sizes: Images = { ...x, data: x.data.map(Math.abs) };
  const ours = applyLayer(layerCase(pair, layer, Math.abs), sizes).data;
  const theirs = mapChannels(
    applyLayer(layerCase(pair, pair.layer, Math.abs), sizes),
    normalize(pair, Math.abs),
  );
  const half = layer.weight.dtype === 'float32' ? 2 ** -24 : 2 ** -53;
  const taps = own.weight.shape.slice(2).reduce((product, size) => product * size, 1);
  const terms = inChannelsOf(own) * taps + 8;
  const allowed = ours.map(
    (size, i) => half * (1 + 2 ** -20) * size + terms * 2 ** -53 * (size + (theirs[i] as number)),
  );
  return { y: applyLayer(own, x).data, allowed };
}

/** Demands that each output is as near as `folded` allows; what is not finite the same. */
export function expectNear(
  { y, allowed }: ReturnType<typeof folded>,
  expected: ArrayLike<number>,
): void {
  expect(y).toHaveLength(expected.length);
  const off = y.findIndex((value, i) => {
    const wanted = expected[i] as number;
    if (!Number.isFinite(wanted)) return !Object.is(value, wanted);
    return !(Math.abs(value - wanted) <= (allowed[i] as number));
  });
  expect([off, y[off]]).toEqual([-1, undefined]);
}
