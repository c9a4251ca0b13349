import { functional as F, manualSeed, ones, randn, tensor, zeros } from 'batchnorm';
import { update } from '../reference/batch-norm';
import { expectSame } from '../reference/same';
import { groups, momentsOf } from '../reference/sets';
import { expectWithinUlps } from '../reference/ulps';

const formats = ['contiguous', 'channelsLast'] as const;

beforeEach(() => manualSeed(19));

/** The mean over the samples of what each has of each channel. */
function overSamples(values: number[], channels: number): number[] {
  const samples = values.length / channels;
  return Array.from({ length: channels }, (_, c) => {
    let total = 0;
    for (let n = 0; n < samples; n++) total += values[n * channels + c] as number;
    return total / samples;
  });
}

describe.each(formats)('%s', (memoryFormat) => {
  test('running statistics take the mean of the instances, with the unbiased variance', () => {
    const x = randn([5, 3, 2, 4], { memoryFormat });
    const { mean, variance } = momentsOf(x, groups(x.shape));
    const [runningMean, runningVar] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
    const y = F.instanceNorm(x, { runningMean, runningVar, momentum: 0.3 });
    expectSame(y.data, F.instanceNorm(x).data);
    expectWithinUlps(runningMean, update([1, 2, 3], overSamples(mean, 3), 0.3), 2);
    const unbiased = overSamples(variance, 3).map((v) => (v * 8) / 7);
    expectWithinUlps(runningVar, update([4, 5, 6], unbiased, 0.3), 2);
  });

  test('useInputStats: false normalizes with them, as batchNorm does, and leaves them', () => {
    const x = randn([5, 3, 2, 4], { memoryFormat });
    const [weight, bias] = [randn([3]), randn([3])];
    const [runningMean, runningVar] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
    const options = { runningMean, runningVar, useInputStats: false };
    const y = F.instanceNorm(x, { ...options, weight, bias, eps: 1e-3 });
    const expected = F.batchNorm(x, runningMean, runningVar, { weight, bias, eps: 1e-3 });
    expectSame(y.data, expected.data);
    expect([...runningMean.data, ...runningVar.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(F.instanceNorm(x, { ...options, out: x })).toBe(x);
  });

  test('useInputStats: false has the gradients of batchNorm in evaluation', () => {
    const [x, dy] = [randn([5, 3, 4], { memoryFormat }), randn([5, 3, 4], { memoryFormat })];
    const weight = randn([3]);
    const [mean, invstd] = [Float64Array.of(1, 2, 3), Float64Array.of(0.5, 1, 2)];
    const options = { weight, mean, invstd };
    expect(F.instanceNormBackward(dy, x, { ...options, useInputStats: false })).toEqual(
      F.batchNormBackward(dy, x, { ...options, training: false }),
    );
  });
});

test.each([0, 1, -1, 2])('momentum %d is taken literally', (momentum) => {
  const x = tensor([1, 3, 10, 30], [1, 2, 2]);
  const [runningMean, runningVar] = [tensor([1, 2]), tensor([4, 8])];
  F.instanceNorm(x, { runningMean, runningVar, momentum });
  expect([...runningMean.data]).toEqual(update([1, 2], [2, 20], momentum));
  expect([...runningVar.data]).toEqual(update([4, 8], [2, 200], momentum));
});

test('running statistics of an empty input stay', () => {
  for (const shape of [
    [0, 2, 3],
    [3, 2, 0],
  ]) {
    const [runningMean, runningVar] = [ones([2]), ones([2])];
    F.instanceNorm(zeros(shape), { runningMean, runningVar, momentum: 1 });
    expect([...runningMean.data, ...runningVar.data]).toEqual([1, 1, 1, 1]);
  }
});

test('one value per instance is fine where the running statistics normalize, and so is (N, C)', () => {
  const options = { runningMean: zeros([3]), runningVar: ones([3]), useInputStats: false, eps: 0 };
  for (const shape of [
    [2, 3, 1],
    [2, 3],
  ]) {
    const x = randn(shape);
    expectSame(F.instanceNorm(x, options).data, x.data);
  }
});

test('float64 statistics are float64', () => {
  const x = randn([4, 2, 5], { dtype: 'float64' });
  const { mean } = momentsOf(x, groups(x.shape));
  const runningMean = zeros([2], { dtype: 'float64' });
  const runningVar = ones([2], { dtype: 'float64' });
  F.instanceNorm(x, { runningMean, runningVar, momentum: 1 });
  expectWithinUlps(runningMean, overSamples(mean, 2), 8);
});
