import {
  type DType,
  functional as F,
  type MemoryFormat,
  manualSeed,
  randn,
  tensor,
  zeros,
} from 'batchnorm';
import { moments, normalize } from '../reference/batch-norm';
import { expectWithinUlps } from '../reference/ulps';

const formats: MemoryFormat[] = ['contiguous', 'channelsLast'];
const dtypes: DType[] = ['float32', 'float64'];
const layouts = formats.flatMap((memoryFormat) => dtypes.map((dtype) => ({ memoryFormat, dtype })));

describe.each(layouts)('$dtype, $memoryFormat', (options) => {
  test.each([1e8, -12345.678, 1e-30, 3e38])('a constant channel of %d gives exactly bias', (x) => {
    const input = zeros([5, 3, 7, 3], options);
    input.data.fill(x);
    const bias = tensor([0.5, -3, 0.1], [3], { dtype: options.dtype });
    const output = F.batchNorm(input, null, null, { training: true, bias });
    expect(output.to({ memoryFormat: 'contiguous' }).data).toEqual(
      zeros([5, 3, 7, 3], { dtype: options.dtype }).data.map(
        (_, i) => bias.data[Math.floor(i / 21) % 3] as number,
      ),
    );
  });

  test('variance 0 with eps 0 gives exactly bias', () => {
    const input = zeros([4, 2, 3], options);
    const bias = tensor([0.5, -3], [2], { dtype: options.dtype });
    const output = F.batchNorm(input, null, null, { training: true, bias, eps: 0 });
    expect(new Set(output.data)).toEqual(new Set([0.5, -3]));
  });

  test('values of 1e30 have finite statistics', () => {
    manualSeed(1);
    const input = randn([8, 3, 5], options);
    input.data.forEach((value, i) => {
      input.data[i] = value * 1e30;
    });
    const [mean, variance] = [
      zeros([3], { dtype: options.dtype }),
      zeros([3], { dtype: options.dtype }),
    ];
    const batch = moments(input);
    const output = F.batchNorm(input, mean, variance, { training: true, momentum: 1 });
    expectWithinUlps(output, normalize(input, batch.mean, batch.variance, 1e-5), 4);
    expectWithinUlps(mean, batch.mean, 2);
  });

  test('an offset of 1e6 costs no more than 4 ulp of the largest output, or of the mean', () => {
    manualSeed(2);
    const input = randn([16, 3, 33], options);
    input.data.forEach((value, i) => {
      input.data[i] = value + 1e6;
    });
    const batch = moments(input);
    const expected = normalize(input, batch.mean, batch.variance, 1e-5);
    const output = F.batchNorm(input, null, null, { training: true });
    if (options.dtype === 'float32') return expectWithinUlps(output, expected, 4);
    // A mean of float64 is exact to half an ulp of 1e6 itself, which is 2^-33.
    const { data } = output.to({ memoryFormat: 'contiguous' });
    const off = data.map((y, i) => Math.abs(y - (expected[i] as number)));
    expect(Math.max(...off)).toBeLessThanOrEqual(4 * 2 ** -33);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '%d in training makes its whole channel NaN, and no other',
    (value) => {
      const input = randn([4, 3, 5], { dtype: options.dtype });
      for (const i of [5, 39]) input.data[i] = value; // both in channel 1
      const x = input.to({ memoryFormat: options.memoryFormat });
      const [mean, variance] = [
        zeros([3], { dtype: options.dtype }),
        zeros([3], { dtype: options.dtype }),
      ];
      const output = F.batchNorm(x, mean, variance, { training: true, momentum: 1 });
      const { data } = output.to({ memoryFormat: 'contiguous' });
      data.forEach((y, i) => {
        expect(Number.isNaN(y)).toBe(Math.floor(i / 5) % 3 === 1);
      });
      expect(mean.data[1]).toBe(value);
      expect(Array.from(variance.data, Number.isNaN)).toEqual([false, true, false]);
    },
  );

  test('NaN and infinities in evaluation stay where they are', () => {
    const input = zeros([4, 3, 5], { dtype: options.dtype });
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    special.forEach((value, i) => {
      input.data[5 + i] = value;
    });
    const running = tensor([0, 0, 0], [3], { dtype: options.dtype });
    const variance = tensor([1, 1, 1], [3], { dtype: options.dtype });
    const x = input.to({ memoryFormat: options.memoryFormat });
    const output = F.batchNorm(x, running, variance).to({ memoryFormat: 'contiguous' });
    expect(output.data).toEqual(input.data);
  });
});

test('the sum over 1e8 elements keeps its digits', () => {
  const data = new Float32Array(1e8);
  // 0.1 and 0.3 in turn: float32 accumulation would stop growing at 2^24 times the value.
  data.fill(0.1);
  for (let i = 1; i < data.length; i += 2) data[i] = 0.3;
  const { count, mean, variance } = F.moments({ data, shape: [1, 1, 1e8] });
  const [low, high] = [Math.fround(0.1), Math.fround(0.3)];
  expect(count).toBe(1e8);
  expect(Math.abs((mean[0] as number) - (low + high) / 2)).toBeLessThan(1e-14);
  const exact = ((high - low) / 2) ** 2;
  expect(Math.abs((variance[0] as number) - exact) / exact).toBeLessThan(1e-11);
});
