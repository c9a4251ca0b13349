import {
  ArgumentError,
  DTypeError,
  functional as F,
  manualSeed,
  randn,
  ShapeError,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { moments } from '../reference/batch-norm';
import { expectWithinUlps } from '../reference/ulps';
import { takeAway } from '../take-away';

describe.each([[[20, 5]], [[3, 4, 9]], [[2, 17, 3, 5]], [[1, 1, 1]], [[5, 3, 1000]]])(
  'of %j',
  (shape) => {
    test.each(['float32', 'float64'] as const)('%s', (dtype) => {
      manualSeed(5);
      const input = randn(shape, { dtype });
      // Away from 0, where an ulp of the mean would be far smaller than one of the values.
      input.data.forEach((value, i) => {
        input.data[i] = value + 4;
      });
      const expected = moments(input);
      for (const memoryFormat of ['contiguous', 'channelsLast'] as const) {
        const { count, mean, variance } = F.moments(input.to({ memoryFormat }));
        expect(count).toBe(expected.count);
        expect(mean).toBeInstanceOf(Float64Array);
        expectWithinUlps(mean, expected.mean, 8);
        expectWithinUlps(variance, expected.variance, 8);
      }
    });
  },
);

test('the variance is biased', () => {
  const input = tensor([
    [1, 10],
    [3, 10],
  ]);
  expect(F.moments(input)).toEqual({
    count: 2,
    mean: Float64Array.of(2, 10),
    variance: Float64Array.of(1, 0),
  });
});

test('what stands for a tensor is taken', () => {
  const data = Float32Array.of(1, 2, 3, 6);
  expect(F.moments({ data, dims: [2, 2] }).mean).toEqual(Float64Array.of(2, 4));
});

test('no values have no mean', () => {
  expect(F.moments(zeros([0, 2, 3]))).toEqual({
    count: 0,
    mean: Float64Array.of(Number.NaN, Number.NaN),
    variance: Float64Array.of(Number.NaN, Number.NaN),
  });
  expect(F.moments(zeros([2, 0, 3]))).toEqual({
    count: 6,
    mean: new Float64Array(0),
    variance: new Float64Array(0),
  });
});

test('no values are 0 of them, whatever the other sizes', () => {
  const data = new Float32Array(0);
  const vast = Array(25).fill(2 ** 52); // their product is infinite
  expect(F.moments({ data, shape: [0, 1, ...vast] }).count).toBe(0);
  expect(F.moments({ data, shape: [1, 1, ...vast, 0] }).count).toBe(0);
});

test('what makes no sense is refused', () => {
  expectRefused(
    () => F.moments(zeros([3])),
    ShapeError,
    'moments: Expected at least 2 dimensions for input tensor but received 1',
  );
  expectRefused(() => F.moments([1, 2] as never), ArgumentError, 'moments: input must');
  const data = new Int8Array(4) as never;
  expectRefused(() => F.moments({ data, shape: [2, 2] }), DTypeError, 'moments: input: data must');
  const gone = zeros([2, 2]);
  takeAway(gone);
  expectRefused(() => F.moments(gone), ArgumentError, 'moments: the memory of input');
  const vast = { data: new Float32Array(0), shape: [0, 2 ** 50] };
  expectRefused(() => F.moments(vast), ArgumentError, 'cannot allocate');
});
