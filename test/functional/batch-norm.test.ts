import {
  type DType,
  functional as F,
  type MemoryFormat,
  manualSeed,
  ones,
  randn,
  tensor,
  zeros,
} from 'batchnorm';
import { fusions } from '../modules/fused-layers';
import { moments, normalize, unbiased, update } from '../reference/batch-norm';
import { fuse } from '../reference/fusion';
import { expectSame } from '../reference/same';
import { expectWithinUlps } from '../reference/ulps';

const shapes = [
  [20, 5],
  [7, 1],
  [3, 4, 9],
  [2, 17, 3, 5],
  [4, 3, 8, 8],
  [2, 3, 2, 3, 4],
  [2, 2, 1, 2, 1, 3],
];
const cases = shapes.flatMap((shape) =>
  (['float32', 'float64'] as const).flatMap((dtype) =>
    (['contiguous', 'channelsLast'] as const).map(
      (memoryFormat): [number[], DType, MemoryFormat] => [shape, dtype, memoryFormat],
    ),
  ),
);

beforeEach(() => manualSeed(7));

describe.each(cases)('of %j, %s, %s', (shape, dtype, memoryFormat) => {
  const channels = shape[1] as number;
  const draw = () => {
    const input = randn(shape, { dtype }).to({ memoryFormat });
    input.data.forEach((value, i) => {
      input.data[i] = value * 3 - 5;
    });
    const [weight, bias, mean] = [
      randn([channels], { dtype }),
      randn([channels], { dtype }),
      randn([channels], { dtype }),
    ];
    const variance = randn([channels], { dtype });
    variance.data.forEach((value, i) => {
      variance.data[i] = value * value + 0.5;
    });
    return { input, weight, bias, mean, variance };
  };

  test('evaluation normalizes with the running statistics and leaves them', () => {
    const { input, weight, bias, mean, variance } = draw();
    const before = [...mean.data, ...variance.data];
    const output = F.batchNorm(input, mean, variance, { weight, bias, eps: 1e-3 });
    const expected = normalize(input, mean.data, variance.data, 1e-3, {
      weight: weight.data,
      bias: bias.data,
    });
    expectWithinUlps(output, expected, 2);
    expect([output.shape, output.dtype, output.memoryFormat]).toEqual([shape, dtype, memoryFormat]);
    expect([...mean.data, ...variance.data]).toEqual(before);
  });

  test('training normalizes with the batch and updates the running statistics', () => {
    const { input, weight, bias, mean, variance } = draw();
    const batch = moments(input);
    const expectedMean = update(mean.data, batch.mean, 0.3);
    const expectedVar = update(variance.data, unbiased(batch), 0.3);
    const output = F.batchNorm(input, mean, variance, {
      weight,
      bias,
      training: true,
      momentum: 0.3,
    });
    const expected = normalize(input, batch.mean, batch.variance, 1e-5, {
      weight: weight.data,
      bias: bias.data,
    });
    expectWithinUlps(output, expected, 4);
    expectWithinUlps(mean, expectedMean, 2);
    expectWithinUlps(variance, expectedVar, 2);
    expect([output.shape, output.dtype, output.memoryFormat]).toEqual([shape, dtype, memoryFormat]);
  });

  test('in place gives the very bits of out of place', () => {
    for (const training of [true, false]) {
      const { input, weight, bias, mean, variance } = draw();
      const options = { weight, bias, training };
      const apart = F.batchNorm(input, mean.clone(), variance.clone(), options);
      const output = F.batchNorm(input, mean, variance, { ...options, out: input });
      expect(output).toBe(input);
      expect(input.data).toEqual(apart.data);
    }
  });

  test('an activation and a residual give the bits of their own steps, over either input too', () => {
    for (const fusion of fusions) {
      for (const training of [true, false]) {
        const { input, weight, bias, mean, variance } = draw();
        const residual = randn(shape, { dtype, memoryFormat });
        const options = { weight, bias, training };
        const run = (more: object) =>
          F.batchNorm(input, mean.clone(), variance.clone(), { ...options, ...more });
        const plain = run({}).data;
        expectSame(run(fusion).data, fuse(plain, null, fusion).output);
        const { output } = fuse(plain, residual.data, fusion);
        expectSame(run({ ...fusion, residual }).data, output);
        expect(run({ ...fusion, residual, out: residual })).toBe(residual);
        expectSame(residual.data, output);
        const { output: own } = fuse(plain, input.data, fusion);
        expectSame(run({ ...fusion, residual: input, out: input }).data, own);
      }
    }
  });
});

describe('options', () => {
  const input = tensor([
    [1, 10],
    [3, 30],
  ]);

  test('weight, bias and running statistics may be absent or null in training', () => {
    const plain = F.batchNorm(input, null, null, { training: true });
    const nulls = F.batchNorm(input, null, null, {
      training: true,
      weight: null,
      bias: null,
      out: null,
    });
    expect(nulls.data).toEqual(plain.data);
    expectWithinUlps(plain, normalize(input, [2, 20], [1, 100], 1e-5), 1);
  });

  test('one of the two running statistics may be null in training', () => {
    const [mean, variance] = [zeros([2]), zeros([2])];
    F.batchNorm(input, mean, null, { training: true, momentum: 1 });
    F.batchNorm(input, null, variance, { training: true, momentum: 1 });
    expect([...mean.data, ...variance.data]).toEqual([2, 20, 2, 200]);
  });

  test.each([0, 1, -1, 2, 0.1])('momentum %d is taken literally', (momentum) => {
    const [mean, variance] = [tensor([1, 2]), tensor([4, 8])];
    F.batchNorm(input, mean, variance, { training: true, momentum });
    expect(mean.data).toEqual(Float32Array.from(update([1, 2], [2, 20], momentum)));
    expect(variance.data).toEqual(Float32Array.from(update([4, 8], [2, 200], momentum)));
  });

  test('unbiasedRunningVar: false keeps the biased variance', () => {
    const variance = zeros([2]);
    const options = { training: true, momentum: 1, unbiasedRunningVar: false };
    F.batchNorm(input, zeros([2]), variance, options);
    expect([...variance.data]).toEqual([1, 100]);
  });

  test('an output goes to out: a tensor itself, or a tensor over its memory', () => {
    const out = zeros([2, 2]);
    expect(F.batchNorm(input, null, null, { training: true, out })).toBe(out);
    const data = new Float32Array(4);
    const output = F.batchNorm(input, null, null, { training: true, out: { data, dims: [2, 2] } });
    expect(output.data).toBe(data);
    expect(data).toEqual(out.data);
  });

  test('an out of the other memory format is taken where both put the elements in one order', () => {
    const plain = F.batchNorm(input, null, null, { training: true });
    const out = zeros([2, 2], { memoryFormat: 'channelsLast' });
    expect(F.batchNorm(input, null, null, { training: true, out })).toBe(out);
    expect(out.data).toEqual(plain.data);
  });

  test('the output is out over other memory of the same buffer', () => {
    const { buffer } = new Float32Array(8);
    const x = tensor(new Float32Array(buffer, 0, 4), [2, 2]);
    x.data.set(input.data);
    const out = tensor(new Float32Array(buffer, 16, 4), [2, 2]);
    F.batchNorm(x, null, null, { training: true, out });
    expect(x.data).toEqual(input.data);
    expect(out.data).toEqual(F.batchNorm(input, null, null, { training: true }).data);
  });

  test('an option that is undefined is as an absent one', () => {
    const options = {
      weight: undefined,
      bias: undefined,
      training: undefined,
      momentum: undefined,
      eps: undefined,
      out: undefined,
      unbiasedRunningVar: undefined,
      activation: undefined,
      negativeSlope: undefined,
      residual: undefined,
    };
    const plain = F.batchNorm(input, zeros([2]), ones([2]));
    expect(F.batchNorm(input, zeros([2]), ones([2]), options)).toEqual(plain);
  });

  test('each option is read once', () => {
    const reads: string[] = [];
    const values: Record<string, unknown> = { training: true, weight: ones([2]), eps: 1e-3 };
    const options = {};
    for (const name of Object.keys(values)) {
      const get = () => {
        reads.push(name);
        return values[name];
      };
      Object.defineProperty(options, name, { enumerable: true, get });
    }
    F.batchNorm(input, null, null, options);
    expect(reads.sort()).toEqual(Object.keys(values).sort());
  });
});

describe('what stands for a tensor', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const expected = F.batchNorm(tensor(values, [2, 3, 2]), null, null, { training: true });
  const data = Float32Array.from(values);

  test.each([
    ['{ data, shape }', { data, shape: [2, 3, 2] }],
    ['onnxruntime { data, dims }', { data, dims: [2, 3, 2], type: 'float32' }],
    ['an ndarray', { data, shape: [2, 3, 2], stride: [6, 2, 1], offset: 0 }],
    [
      'an ndarray at an offset',
      {
        data: Float32Array.from([9, ...values, 9]),
        shape: [2, 3, 2],
        stride: [6, 2, 1],
        offset: 1,
      },
    ],
  ])('%s', (_, input) => {
    expect(F.batchNorm(input, null, null, { training: true }).data).toEqual(expected.data);
  });

  test('a channels-last ndarray', () => {
    const input = {
      data: Float32Array.from([1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12]),
      shape: [2, 3, 2],
      stride: [6, 1, 3],
      offset: 0,
    };
    const output = F.batchNorm(input, null, null, { training: true });
    expect(output.memoryFormat).toBe('channelsLast');
    expect(output.toArray()).toEqual(expected.toArray());
  });

  test('running statistics too, which are then updated in place', () => {
    const [mean, variance] = [new Float32Array(3), new Float32Array(3)];
    F.batchNorm(
      { data, shape: [2, 3, 2] },
      { data: mean, shape: [3] },
      { data: variance, dims: [3] },
      { training: true, momentum: 1 },
    );
    expect([...mean]).toEqual([4.5, 6.5, 8.5]);
    expect(variance[0]).toBeCloseTo(37 / 3, 5);
  });

  test('memory that is shared between threads', () => {
    const shared = (count: number) => new Float32Array(new SharedArrayBuffer(count * 4));
    const input = { data: shared(12), shape: [2, 3, 2] };
    input.data.set(values);
    const [mean, out] = [shared(3), shared(12)];
    const output = F.batchNorm(input, { data: mean, shape: [3] }, null, {
      training: true,
      momentum: 1,
      out: { data: out, shape: [2, 3, 2] },
    });
    expect(output.data).toBe(out);
    expect(Array.from(out)).toEqual(Array.from(expected.data));
    expect([...mean]).toEqual([4.5, 6.5, 8.5]);
  });
});

describe('empty inputs', () => {
  test.each([[[0, 3]], [[0, 3, 4]], [[2, 3, 0]], [[1, 3, 0, 5]], [[2, 0, 4]]])(
    '%j gives an output of its shape and leaves the running statistics',
    (shape) => {
      const channels = shape[1] as number;
      const [mean, variance] = [ones([channels]), ones([channels])];
      for (const training of [true, false]) {
        const output = F.batchNorm(zeros(shape), mean, variance, { training });
        expect(output.shape).toEqual(shape);
      }
      expect([...mean.data, ...variance.data]).toEqual(Array(2 * channels).fill(1));
    },
  );

  test('even one whose other sizes are beyond all bounds', () => {
    const huge = 2 ** 52;
    const input = { data: new Float32Array(0), shape: [0, huge, huge, huge] };
    expect(F.batchNorm(input, null, null, { training: true }).shape).toEqual(input.shape);
  });
});
