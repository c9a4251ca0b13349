import { type DType, FrozenBatchNorm1d, fuse, type MemoryFormat, Tensor } from 'batchnorm';
import fc from 'fast-check';
import { expectNear, folded, type Pair, unfolded } from '../reference/pair';
import { expectSame } from '../reference/same';

/** Of many magnitudes, none so small or large that a product of two leaves float32. */
const value = fc.oneof(
  fc.double({ min: -1, max: 1, noNaN: true }).map((x) => (Math.abs(x) < 1e-6 ? 0 : x)),
  fc.double({ min: -1e4, max: 1e4, noNaN: true }).map((x) => (Math.abs(x) < 1e-6 ? 0 : x)),
);
const variance = fc.oneof(
  fc.double({ min: 1e-4, max: 10, noNaN: true }),
  fc.double({ min: 1e-4, max: 1e8, noNaN: true }),
);

const small = (max: number) => fc.integer({ min: 1, max });

interface Sizes {
  kind: fuse.LayerKind;
  groups: number;
  shape: number[];
  channels: number;
  input: number[];
}

const sizes: fc.Arbitrary<Sizes> = fc
  .record({
    kind: fc.constantFrom<fuse.LayerKind>('linear', 'conv', 'convTranspose'),
    n: small(2),
    groups: small(3),
    inPerGroup: small(3),
    outPerGroup: small(3),
    kernel: fc.array(small(3), { minLength: 1, maxLength: 3 }),
    more: small(2),
  })
  .map(({ kind, n, groups: given, inPerGroup, outPerGroup, kernel: taps, more }) => {
    const kernel = kind === 'linear' ? [] : taps;
    const groups = kind === 'linear' ? 1 : given;
    const [inputs, channels] = [inPerGroup * groups, outPerGroup * groups];
    const ends = kind === 'convTranspose' ? [inputs, outPerGroup] : [channels, inPerGroup];
    const spatial = kernel.map((size) => (kind === 'convTranspose' ? more : size + more));
    return { kind, groups, channels, shape: [...ends, ...kernel], input: [n, inputs, ...spatial] };
  });

interface Case {
  pair: Pair & { norm: FrozenBatchNorm1d };
  x: { data: Float64Array; shape: number[] };
}

const product = (shape: readonly number[]) => shape.reduce((all, size) => all * size, 1);
const values = (arbitrary: fc.Arbitrary<number>, length: number) =>
  fc.array(arbitrary, { minLength: length, maxLength: length });

function caseOf(dtype: DType, memoryFormat: MemoryFormat): fc.Arbitrary<Case> {
  const Type = dtype === 'float32' ? Float32Array : Float64Array;
  return sizes.chain(({ kind, groups, shape, channels, input }) =>
    fc
      .record({
        weight: values(value, product(shape)),
        bias: fc.option(values(value, channels)),
        gamma: values(value, channels),
        beta: values(value, channels),
        mean: values(value, channels),
        spread: values(variance, channels),
        x: values(value, product(input)),
        eps: fc.constantFrom(0, 1e-5, 0.1),
      })
      .map(({ weight, bias, gamma, beta, mean, spread, x, eps }) => {
        const norm = new FrozenBatchNorm1d(channels, { dtype, eps });
        norm.weight.data.set(gamma);
        norm.bias?.data.set(beta);
        norm.runningMean.data.set(mean);
        norm.runningVar.data.set(spread);
        const layer = {
          weight: new Tensor(Type.from(weight), shape).to({ memoryFormat }),
          bias: bias === null ? null : new Tensor(Type.from(bias), [channels]),
        };
        return {
          pair: { kind, groups, layer, norm },
          x: { data: Float64Array.from(x), shape: input },
        };
      }),
  );
}

const cases = fc
  .tuple(
    fc.constantFrom<DType>('float32', 'float64'),
    fc.constantFrom<MemoryFormat>('contiguous', 'channelsLast'),
  )
  .chain(([dtype, memoryFormat]) => caseOf(dtype, memoryFormat));

test('a folded layer computes what the pair computes, whatever its shape and its groups', () => {
  fc.assert(
    fc.property(cases, ({ pair, x }) => {
      const { kind, groups, layer, norm } = pair;
      const result = fuse.foldBatchNorm(layer, norm, { kind, groups });
      expectNear(folded(pair, result, x), unfolded(pair, x));
    }),
    { numRuns: 300 },
  );
});

test('a weight is folded the same in either memory format, and in a state dict', () => {
  fc.assert(
    fc.property(cases, ({ pair: { kind, groups, layer, norm } }) => {
      const { weight, bias } = fuse.foldBatchNorm(layer, norm, { kind, groups });
      const other = weight.memoryFormat === 'contiguous' ? 'channelsLast' : 'contiguous';
      const moved = { ...layer, weight: layer.weight.to({ memoryFormat: other }) };
      const again = fuse.foldBatchNorm(moved, norm, { kind, groups });
      expect(again.weight.memoryFormat).toBe(other);
      expectSame(again.weight.to({ memoryFormat: weight.memoryFormat }).data, weight.data);
      const state = Object.entries(norm.stateDict()).map(([key, entry]) => [`bn.${key}`, entry]);
      const dict: Record<string, Tensor> = {
        'layer.weight': layer.weight,
        ...(layer.bias !== null && { 'layer.bias': layer.bias }),
        ...Object.fromEntries(state),
      };
      const found = fuse.foldStateDict(dict, [['layer', 'bn', { kind, groups, eps: norm.eps }]]);
      expect(Object.keys(found)).toEqual(['layer.weight', 'layer.bias']);
      expectSame((found['layer.weight'] as Tensor).data, weight.data);
      expectSame((found['layer.bias'] as Tensor).data, bias.data);
    }),
  );
});

test('folding twice is folding into the scaled one: a BatchNorm of mean 0 and variance 1 changes nothing', () => {
  fc.assert(
    fc.property(cases, ({ pair: { kind, groups, layer, norm } }) => {
      const { weight, bias } = fuse.foldBatchNorm(layer, norm, { kind, groups });
      const neutral = new FrozenBatchNorm1d(norm.numFeatures, { dtype: norm.dtype, eps: 0 });
      const again = fuse.foldBatchNorm({ weight, bias }, neutral, { kind, groups });
      // 0 + 0 forgets the sign of a zero.
      expect(again.weight.data.every((value, i) => value === weight.data[i])).toBe(true);
      expect(again.bias.data.every((value, i) => value === bias.data[i])).toBe(true);
    }),
  );
});
