import {
  type DType,
  functional as F,
  type MemoryFormat,
  manualSeed,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectSame } from '../reference/same';
import { normalizeSets } from '../reference/sets';
import { expectWithinUlps } from '../reference/ulps';
import {
  groupNorm,
  instanceNorm,
  layerNorm,
  rmsNorm,
  type SampleNorm,
  sampleNorms,
} from './sample-norms';

const formats = (shape: number[]): MemoryFormat[] =>
  shape.length < 2 ? ['contiguous'] : ['contiguous', 'channelsLast'];
const cases = sampleNorms.flatMap(([norm, shape]) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    formats(shape).map((memoryFormat): [string, number[], DType, MemoryFormat, SampleNorm] => [
      norm.name,
      shape,
      dtype,
      memoryFormat,
      norm,
    ]),
  ),
);

beforeEach(() => manualSeed(7));

describe.each(cases)('%s of %j, %s, %s', (_, shape, dtype, memoryFormat, norm) => {
  const sets = norm.sets(shape);
  // In float64 the oracle rounds too: its mean by an ulp of 8, which it divides by a small deviation.
  const [ulps, between] = dtype === 'float32' ? [4, 1] : [16, 8];
  const draw = () => {
    const input = randn(shape, { dtype }).to({ memoryFormat });
    input.data.forEach((value, i) => {
      input.data[i] = value * 3 - 5;
    });
    const weight = randn(sets.parameterShape, { dtype });
    const bias = norm.hasBias ? randn(sets.parameterShape, { dtype }) : null;
    return { input, weight, bias };
  };

  test('normalizes each set of values by itself', () => {
    const { input, weight, bias } = draw();
    const before = input.data.slice();
    const output = norm.forward(input, { weight, bias, eps: 1e-3 });
    const affine = { weight: weight.data, bias: bias?.data };
    expectWithinUlps(output, normalizeSets(input, sets, 1e-3, affine), ulps);
    expect([output.shape, output.dtype]).toEqual([shape, dtype]);
    expect(output.memoryFormat).toBe(norm.format(memoryFormat));
    expect(input.data).toEqual(before);
  });

  test('weight and bias may be absent, undefined or null', () => {
    const { input, weight, bias } = draw();
    const plain = norm.forward(input, { eps: 1e-3 });
    expectWithinUlps(plain, normalizeSets(input, sets, 1e-3), ulps);
    const nulls = { weight: null, ...(norm.hasBias && { bias: null }), eps: 1e-3, out: null };
    expectSame(norm.forward(input, nulls).data, plain.data);
    const scaled = norm.forward(input, { weight, eps: 1e-3 });
    expectWithinUlps(scaled, normalizeSets(input, sets, 1e-3, { weight: weight.data }), ulps);
    if (bias === null) return;
    const shifted = norm.forward(input, { bias, eps: 1e-3 });
    expectWithinUlps(shifted, normalizeSets(input, sets, 1e-3, { bias: bias.data }), ulps);
  });

  test('into out, and in place, gives the very bits of a new output', () => {
    const { input, weight, bias } = draw();
    const x = input.to({ memoryFormat: norm.format(memoryFormat) });
    const apart = norm.forward(x, { weight, bias });
    const out = zeros(shape, { dtype, memoryFormat: x.memoryFormat });
    expect(norm.forward(x, { weight, bias, out })).toBe(out);
    expectSame(out.data, apart.data);
    expect(norm.forward(x, { weight, bias, out: x })).toBe(x);
    expectSame(x.data, apart.data);
  });

  test('both memory formats hold the same output', () => {
    if (shape.length < 2) return;
    const { input, weight, bias } = draw();
    const other = memoryFormat === 'contiguous' ? 'channelsLast' : 'contiguous';
    const one = norm.forward(input, { weight, bias }).to({ memoryFormat: 'contiguous' });
    const two = norm.forward(input.to({ memoryFormat: other }), { weight, bias });
    expectWithinUlps(two, one.data, between);
  });
});

describe('defaults', () => {
  const x = randn([3, 4, 5]);

  test.each([layerNorm([5]), groupNorm(2), instanceNorm()])('eps of $name is 1e-5', (norm) => {
    expect(norm.forward(x)).toEqual(norm.forward(x, { eps: 1e-5 }));
    expect(norm.forward(x)).not.toEqual(norm.forward(x, { eps: 1e-4 }));
  });

  test.each([
    ['float32', 2 ** -23],
    ['float64', 2 ** -52],
  ] as const)('eps of rmsNorm of %s is its machine epsilon', (dtype, epsilon) => {
    const small = tensor([3e-4, 4e-4, 0, 0], [1, 4], { dtype });
    const expected = F.rmsNorm(small, 4, { eps: epsilon });
    expectSame(F.rmsNorm(small, 4).data, expected.data);
    expectSame(F.rmsNorm(small, 4, { eps: null }).data, expected.data);
    expect(expected.data[0]).not.toBe(F.rmsNorm(small, 4, { eps: epsilon * 2 }).data[0]);
  });

  test('a number stands for a shape of it alone', () => {
    expect(F.layerNorm(x, 5)).toEqual(F.layerNorm(x, [5]));
    expect(F.rmsNorm(x, 5)).toEqual(F.rmsNorm(x, [5]));
    expect(F.layerNormBackward(x, x, 5)).toEqual(F.layerNormBackward(x, x, [5]));
    expect(F.rmsNormBackward(x, x, 5)).toEqual(F.rmsNormBackward(x, x, [5]));
  });

  test('a normalizedShape may be a typed array', () => {
    expect(F.layerNorm(x, Int32Array.of(4, 5) as never)).toEqual(F.layerNorm(x, [4, 5]));
  });
});

describe('arguments', () => {
  test('each option is read once', () => {
    const x = randn([2, 4, 4]);
    const [weight, bias] = [ones([4]), zeros([4])];
    const statistics = { mean: new Float64Array(8), invstd: new Float64Array(8) };
    const forward = { weight, bias, eps: 1e-3, out: zeros([2, 4, 4]) };
    const calls: [(options: object) => unknown, object][] = [
      [(options) => F.layerNorm(x, 4, options), forward],
      [(options) => F.rmsNorm(x, 4, options), { weight, eps: null }],
      [(options) => F.groupNorm(x, 4, options), forward],
      [(options) => F.instanceNorm(x, options), { ...forward, momentum: 1, useInputStats: true }],
      [(options) => F.layerNormBackward(x, x, 4, options), { ...statistics, weight, eps: 1 }],
      [(options) => F.rmsNormBackward(x, x, 4, options), { weight, eps: 1 }],
      [(options) => F.groupNormBackward(x, x, 4, options), { ...statistics, weight, eps: 1 }],
      [(options) => F.instanceNormBackward(x, x, options), { ...statistics, useInputStats: true }],
    ];
    for (const [call, values] of calls) {
      const reads: string[] = [];
      const options = {};
      for (const [name, value] of Object.entries(values)) {
        const get = () => {
          reads.push(name);
          return value;
        };
        Object.defineProperty(options, name, { enumerable: true, get });
      }
      call(options);
      expect(reads.sort()).toEqual(Object.keys(values).sort());
    }
  });

  test.each([
    ['{ data, shape }', { data: new Float32Array(12), shape: [2, 2, 3] }],
    ['onnxruntime { data, dims }', { data: new Float32Array(12), dims: [2, 2, 3] }],
    ['an ndarray', { data: new Float32Array(12), shape: [2, 2, 3], stride: [6, 3, 1], offset: 0 }],
  ])('%s goes in as a tensor', (_, input) => {
    input.data.set(randn([12]).data);
    const x = tensor(input.data, [2, 2, 3]);
    for (const norm of [layerNorm([3]), rmsNorm([2, 3]), groupNorm(2), instanceNorm()]) {
      expectSame(norm.forward(input).data, norm.forward(x).data);
      expect(norm.backward(input, input)).toEqual(norm.backward(x, x));
    }
  });

  test('memory that is shared between threads', () => {
    const data = new Float32Array(new SharedArrayBuffer(48));
    data.set(randn([12]).data);
    const x = { data, shape: [2, 2, 3] };
    const out = { data: new Float32Array(new SharedArrayBuffer(48)), shape: [2, 2, 3] };
    for (const norm of [layerNorm([3]), rmsNorm([3]), groupNorm(1), instanceNorm()]) {
      const expected = norm.forward(tensor(Float32Array.from(data), x.shape));
      expect(norm.forward(x, { out }).data).toBe(out.data);
      expectSame(out.data, expected.data);
    }
  });
});

describe('empty inputs', () => {
  const empty: [SampleNorm, number[]][] = [
    [layerNorm([4]), [0, 4]],
    [layerNorm([0]), [2, 0]],
    [layerNorm([4]), [0, 2 ** 52, 2 ** 52, 4]],
    [rmsNorm([4]), [3, 0, 4]],
    [groupNorm(2), [0, 4, 3]],
    [groupNorm(2), [2, 4, 0]],
    [groupNorm(2), [2, 0, 3]],
    [groupNorm(2), [2 ** 52, 4, 0, 2 ** 52]],
    [instanceNorm(), [0, 3, 4]],
    [instanceNorm(), [2, 3, 0]],
    [instanceNorm(), [2, 0, 4]],
  ];
  test.each(empty.map(([norm, shape]) => [norm.name, shape, norm] as const))(
    '%s of %j is empty, and its gradients are 0',
    (_, shape, norm) => {
      const x = zeros([...shape]);
      const out = zeros([...shape]);
      expect(norm.forward(x).shape).toEqual(shape);
      expect(norm.forward(x, { out })).toBe(out);
      const { gradInput, gradWeight, gradBias } = norm.backward(x, x);
      expect(gradInput.shape).toEqual(shape);
      const gradients = [...gradWeight.data, ...(gradBias?.data ?? [])];
      expect(gradients.every((value) => value === 0)).toBe(true);
      expect(gradWeight.shape).toEqual(norm.sets(shape).parameterShape);
    },
  );
});

describe('groups of one value', () => {
  test('are normalized to bias by layerNorm, and by groupNorm of more than one sample', () => {
    const bias = tensor([3]);
    const layer = F.layerNorm(tensor([[5], [6]]), 1, { bias });
    expect([...layer.data]).toEqual([3, 3]);
    const group = F.groupNorm(randn([2, 4]), 4, { bias: tensor([1, 2, 3, 4]) });
    expect([...group.data]).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    const apart = F.groupNorm(randn([1, 4, 1, 1]), 2);
    expect(apart.data.every((value) => Math.abs(value) > 0.5)).toBe(true);
  });
});

/** A channels-last tensor whose elements a contiguous one would have in another order. */
function channelsLast(shape: number[]): Tensor {
  return randn(shape, { memoryFormat: 'channelsLast' });
}

describe('rows of a channels-last input', () => {
  test.each([layerNorm([3, 4]), rmsNorm([3, 4])])(
    '$name count in logical order, out included',
    (norm) => {
      const x = channelsLast([2, 5, 3, 4]);
      const before = x.data.slice();
      const memoryFormat = norm.format('channelsLast');
      const expected = norm.forward(x.to({ memoryFormat: 'contiguous' })).to({ memoryFormat });
      const out = zeros([2, 5, 3, 4], { memoryFormat });
      expect(norm.forward(x, { out })).toBe(out);
      expectSame(out.data, expected.data);
      expect(norm.forward(x)).toEqual(out);
      expectSame(x.data, before);
      const dy = channelsLast([2, 5, 3, 4]);
      const { gradInput } = norm.backward(dy, x);
      const plain = norm.backward(
        dy.to({ memoryFormat: 'contiguous' }),
        x.to({ memoryFormat: 'contiguous' }),
      );
      expect(gradInput.memoryFormat).toBe(memoryFormat);
      expect(gradInput).toEqual(plain.gradInput.to({ memoryFormat }));
    },
  );

  test('of rmsNorm may be written over, and its gradient, too', () => {
    const norm = rmsNorm([3, 4]);
    const weight = randn([3, 4]);
    const [x, dy] = [channelsLast([2, 5, 3, 4]), channelsLast([2, 5, 3, 4])];
    const y = norm.forward(x, { weight });
    const { gradInput } = norm.backward(dy, x, { weight });
    for (const gradOutput of [dy.to({ memoryFormat: 'contiguous' }), dy]) {
      const out = gradOutput === dy ? dy : channelsLast([2, 5, 3, 4]);
      expect(norm.backward(gradOutput, x, { weight, out }).gradInput).toBe(out);
      expect(out).toEqual(gradInput);
    }
    expect(norm.forward(x, { weight, out: x })).toBe(x);
    expect(x).toEqual(y);
  });

  test('are not copied where both memory formats put the elements in one order', () => {
    const x = channelsLast([4, 6]);
    const expected = F.layerNorm(x.to({ memoryFormat: 'contiguous' }), 6);
    expect(F.layerNorm(x, 6, { out: x })).toBe(x);
    expectSame(x.data, expected.data);
  });
});
