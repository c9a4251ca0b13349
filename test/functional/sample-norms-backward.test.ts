import {
  type DType,
  functional as F,
  type MemoryFormat,
  manualSeed,
  randn,
  type Tensor,
  tensor,
} from 'batchnorm';
import { expectSame } from '../reference/same';
import { gradientsOfSets, momentsOf } from '../reference/sets';
import { slopesOf, weightedSum } from '../reference/slopes';
import { expectWithinUlps } from '../reference/ulps';
import { type SampleNorm, sampleNorms } from './sample-norms';

const cases = sampleNorms.flatMap(([norm, shape]) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    (['contiguous', 'channelsLast'] as const)
      .slice(0, shape.length < 2 ? 1 : 2)
      .map((memoryFormat): [string, number[], DType, MemoryFormat, SampleNorm] => [
        norm.name,
        shape,
        dtype,
        memoryFormat,
        norm,
      ]),
  ),
);

beforeEach(() => manualSeed(11));

describe.each(cases)('%s of %j, %s, %s', (_, shape, dtype, memoryFormat, norm) => {
  const sets = norm.sets(shape);
  const draw = () => ({
    x: randn(shape, { dtype }).to({ memoryFormat }),
    dy: randn(shape, { dtype }).to({ memoryFormat }),
    weight: randn(sets.parameterShape, { dtype }),
  });
  const inOutputFormat = (t: Tensor) => t.to({ memoryFormat: norm.format(memoryFormat) });

  test('gives the gradients', () => {
    const { x, dy, weight } = draw();
    const expected = gradientsOfSets(dy, x, sets, 1e-3, weight.data);
    const { gradInput, gradWeight, gradBias } = norm.backward(dy, x, { weight, eps: 1e-3 });
    expectWithinUlps(gradInput, expected.input, dtype === 'float32' ? 4 : 16, expected.inputScale);
    expectWithinUlps(gradWeight, expected.weight, dtype === 'float32' ? 1 : 16);
    expect([gradInput.shape, gradInput.memoryFormat]).toEqual([shape, norm.format(memoryFormat)]);
    expect([gradInput.dtype, gradWeight.dtype]).toEqual([dtype, dtype]);
    expect(gradWeight.shape).toEqual(sets.parameterShape);
    expect(gradBias !== undefined).toBe(norm.hasBias);
    if (gradBias === undefined) return;
    expectWithinUlps(gradBias, expected.bias, dtype === 'float32' ? 1 : 16);
    expect([gradBias.shape, gradBias.dtype]).toEqual([sets.parameterShape, dtype]);
  });

  test('takes the statistics of the forward pass, or computes them', () => {
    const { x, dy, weight } = draw();
    const computed = norm.backward(dy, x, { weight, eps: 1e-3 });
    const { mean, variance } = momentsOf(x, sets);
    const statistics = {
      mean: Float64Array.from(mean),
      invstd: Float64Array.from(variance, (v) => 1 / Math.sqrt(v + 1e-3)),
    };
    const given = norm.backward(dy, x, { weight, ...statistics });
    expectWithinUlps(
      given.gradInput,
      computed.gradInput.to({ memoryFormat: 'contiguous' }).data,
      16,
    );
    expectWithinUlps(given.gradWeight, computed.gradWeight.data, 16);
    // Others give others: they are not computed where they are given.
    const doubled = { ...statistics, invstd: statistics.invstd.map((value) => 2 * value) };
    const other = norm.backward(dy, x, { weight, ...doubled });
    expectWithinUlps(
      other.gradWeight,
      given.gradWeight.data.map((value) => 2 * value),
      0,
    );
  });

  test('gives the same bits into gradOutput, and from gradOutput in the other memory format', () => {
    const { x, dy, weight } = draw();
    const { gradInput, gradWeight } = norm.backward(dy, x, { weight });
    if (shape.length > 1) {
      const other = memoryFormat === 'contiguous' ? 'channelsLast' : 'contiguous';
      const again = norm.backward(dy.to({ memoryFormat: other }), x, { weight });
      expectSame(again.gradInput.data, gradInput.data);
      expectSame(again.gradWeight.data, gradWeight.data);
    }
    const out = inOutputFormat(dy).clone();
    expect(norm.backward(dy, x, { weight, out }).gradInput).toBe(out);
    expectSame(out.data, gradInput.data);
    const inPlace = inOutputFormat(dy).clone();
    expect(norm.backward(inPlace, x, { weight, out: inPlace }).gradInput).toBe(inPlace);
    expectSame(inPlace.data, gradInput.data);
  });
});

test.each(sampleNorms.map(([norm, shape]) => [norm.name, shape, norm] as const))(
  'the gradients of %s of %j are those of the function: finite differences of a weighted sum',
  (_, shape, norm) => {
    const { parameterShape } = norm.sets(shape);
    const [x, dy] = [
      randn([...shape], { dtype: 'float64' }),
      randn([...shape], { dtype: 'float64' }),
    ];
    const weight = randn(parameterShape, { dtype: 'float64' });
    const bias = norm.hasBias ? randn(parameterShape, { dtype: 'float64' }) : null;
    const loss = () => weightedSum(norm.forward(x, { weight, bias }), dy);
    const { gradInput, gradWeight, gradBias } = norm.backward(dy, x, { weight });
    const pairs: [Tensor | undefined, Tensor | null][] = [
      [gradInput, x],
      [gradWeight, weight],
      [gradBias, bias],
    ];
    for (const [gradient, variable] of pairs) {
      if (gradient === undefined || variable === null) continue;
      slopesOf(loss, variable).forEach((slope, i) => {
        expect(Math.abs((gradient.data[i] as number) - slope)).toBeLessThan(1e-7);
      });
    }
  },
);

test('statistics may be tensors, of either dtype and any shape', () => {
  const [x, dy] = [randn([2, 4, 3]), randn([2, 4, 3])];
  const mean = Float32Array.from({ length: 4 }, () => 0.5);
  const invstd = Float32Array.from({ length: 4 }, () => 2);
  const plain = F.groupNormBackward(dy, x, 2, {
    mean: Float64Array.from(mean),
    invstd: Float64Array.from(invstd),
  });
  expect(
    F.groupNormBackward(dy, x, 2, {
      mean: tensor(mean, [2, 2]),
      invstd: { data: invstd, dims: [4] },
    }),
  ).toEqual(plain);
  const wide = { mean: new Float64Array(8), invstd: tensor(new Float64Array(8).fill(1)) };
  expect(F.instanceNormBackward(dy, x, wide).gradInput.shape).toEqual([2, 4, 3]);
});
