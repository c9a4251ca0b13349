import { type DType, FrozenBatchNorm2d, fuse, type MemoryFormat, type Tensor } from 'batchnorm';
import { expectNear, folded } from '../reference/pair';
import { expectResult } from './expect-result';
import {
  decode,
  decodeTensor,
  decodeVector,
  type Encoded,
  type Result,
  readFixture,
} from './fixture';

/** As scripts/parity/fuse_cases.py writes them. */
interface FuseCase {
  name: string;
  kind: fuse.LayerKind;
  groups: number;
  eps: number;
  dtype: DType;
  memoryFormat: MemoryFormat;
  /** Of the weight. */
  shape: number[];
  tensors: Record<string, Encoded>;
  weight: Pick<Result, 'torch' | 'exact'>;
  bias: Result;
  /** In float64, and what the layer and its BatchNorm make of it. */
  input: Encoded;
  inputShape: number[];
  output: Encoded;
}

const { torch, cases } = readFixture<FuseCase>('fuse');

function pairOf({ kind, groups, eps, dtype, memoryFormat, shape, tensors }: FuseCase) {
  const vector = (name: string) =>
    tensors[name] === undefined ? null : decodeVector(tensors[name], dtype);
  const runningMean = vector('running_mean') as Tensor;
  const [gamma, beta] = [vector('gamma'), vector('beta')];
  const norm = new FrozenBatchNorm2d(runningMean.size, { eps, bias: beta !== null, dtype });
  const values = { weight: gamma, bias: beta, runningMean, runningVar: vector('running_var') };
  for (const [name, value] of Object.entries(values)) {
    if (value !== null) norm[name as keyof typeof values]?.data.set(value.data);
  }
  const weight = decodeTensor(tensors.weight as string, shape, dtype, memoryFormat);
  return { kind, groups, layer: { weight, bias: vector('bias') }, norm };
}

/** Each element within `units` spacings of its own size; what is not finite the same. */
function expectRelative(actual: Tensor, encoded: Encoded, units: number): void {
  const spacing = actual.dtype === 'float32' ? 2 ** -23 : 2 ** -52;
  const expected = decode(encoded, actual.dtype);
  expect(actual.size).toBe(expected.length);
  const off = expected.findIndex((wanted, i) => {
    const value = actual.data[i] as number;
    if (!Number.isFinite(wanted)) return !Object.is(value, wanted);
    return !(Math.abs(value - wanted) <= units * spacing * Math.abs(wanted));
  });
  expect([off, actual.data[off]]).toEqual([-1, undefined]);
}

describe.each(cases.map((each) => [each.name, each] as const))('%s', (_, fixture) => {
  test(`folds as PyTorch ${torch}`, () => {
    const { layer, norm, ...options } = pairOf(fixture);
    const { weight, bias } = fuse.foldBatchNorm(layer, norm, options);
    expect([weight.shape, weight.dtype, weight.memoryFormat]).toEqual([
      fixture.shape,
      fixture.dtype,
      fixture.memoryFormat,
    ]);
    // PyTorch rounds variance + eps, its inverse root and two products: half a spacing each, and
    // its rsqrt may be off by one.
    expectRelative(weight, fixture.weight.torch, 4);
    // Both are rounded once, and may fall on either side of a border.
    if (fixture.weight.exact !== undefined) expectRelative(weight, fixture.weight.exact, 1);
    expectResult(bias, fixture.bias);
  });

  test(`computes what PyTorch ${torch} computes of the pair`, () => {
    const pair = pairOf(fixture);
    const { layer, norm, ...options } = pair;
    const data = decode(fixture.input, 'float64') as Float64Array;
    const results = folded(pair, fuse.foldBatchNorm(layer, norm, options), {
      data,
      shape: fixture.inputShape,
    });
    expectNear(results, decode(fixture.output, 'float64'));
  });
});
