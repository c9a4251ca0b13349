import {
  ArgumentError,
  DTypeError,
  functional as F,
  manualSeed,
  RunningMoments,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { channelsOf } from '../reference/channels';
import { exactMoments } from '../reference/exact-moments';
import { expectWithinUlps } from '../reference/ulps';
import { takeAway } from '../take-away';

/** (N, C, L) in chunks of `size` samples. */
function chunks(x: Tensor, size: number): Tensor[] {
  const [n = 0, c = 0, l = 0] = x.shape;
  const rows: Tensor[] = [];
  for (let first = 0; first < n; first += size) {
    const last = Math.min(n, first + size);
    const { memoryFormat } = x;
    rows.push(
      tensor(x.data.slice(first * c * l, last * c * l), [last - first, c, l], { memoryFormat }),
    );
  }
  return rows;
}

/** Demands the exact moments of x, whatever they came from. */
function expectMomentsOf(moments: RunningMoments, x: Tensor, varianceUlps: number): void {
  const channels = channelsOf(x);
  const exact = channels.map(exactMoments);
  const magnitude = Math.max(...x.data.map(Math.abs));
  expect(moments.count).toBe(channels[0]?.length);
  expectWithinUlps(
    moments.mean,
    exact.map(({ mean }) => mean),
    4,
    magnitude,
  );
  moments.variance.forEach((variance, c) => {
    expectWithinUlps(Float64Array.of(variance), [exact[c]?.variance as number], varianceUlps);
  });
  expect([...moments.min]).toEqual(channels.map((values) => Math.min(...values)));
  expect([...moments.max]).toEqual(channels.map((values) => Math.max(...values)));
  expect([...moments.std]).toEqual(Array.from(moments.variance, Math.sqrt));
}

describe.each(['contiguous', 'channelsLast'] as const)('%s', (memoryFormat) => {
  describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
    manualSeed(11);
    const x = randn([100, 3, 23], { dtype }).to({ memoryFormat });

    test.each([1, 2, 7, 64, 100])('chunks of %d samples', (size) => {
      const moments = new RunningMoments(3);
      for (const chunk of chunks(x, size)) moments.update(chunk);
      expectMomentsOf(moments, x, 16);
    });

    test.each([1, 7, 100])('1e8 away from zero, in chunks of %d', (size) => {
      const far = x.clone();
      far.data.forEach((value, i) => {
        far.data[i] = value * 100 + 1e8;
      });
      const moments = new RunningMoments(3);
      for (const chunk of chunks(far, size)) moments.update(chunk);
      // Means are rounded at 1e8, by 1e-8: 1e-10 of the deviations, where E[x^2] - E[x]^2 has no digit.
      expectMomentsOf(moments, far, 1e5);
    });

    test.each([0.1, 1e8, -3, 1e-30])('a constant %d is exact in any number of chunks', (value) => {
      const constant = tensor([[Math.fround(value)]], undefined, { dtype });
      const moments = new RunningMoments(1);
      for (let i = 0; i < 1000; i++) moments.update(constant);
      expect(moments.mean).toEqual(Float64Array.of(Math.fround(value)));
      expect(moments.variance).toEqual(Float64Array.of(0));
      expect([moments.min, moments.max]).toEqual([moments.mean, moments.mean]);
    });
  });
});

test('one chunk has the moments that functional.moments finds, to the bit', () => {
  const x = randn([9, 5, 33]);
  const { count, mean, variance } = F.moments(x);
  const moments = new RunningMoments(5).update(x);
  expect(moments.count).toBe(count);
  expect(moments.mean).toEqual(mean);
  expect(moments.variance).toEqual(variance);
});

test('an average of averages is something else', () => {
  const moments = new RunningMoments(1).update(tensor([[0], [0], [0]])).update(tensor([[4]]));
  expect(moments.mean).toEqual(Float64Array.of(1));
  expect(moments.variance).toEqual(Float64Array.of(3));
});

test('the variance is that of the population', () => {
  const moments = new RunningMoments(1).update(tensor([[1], [3]]));
  expect(moments.variance).toEqual(Float64Array.of(1));
});

test('what stands for a tensor is taken', () => {
  const moments = new RunningMoments(2).update({ data: Float32Array.of(1, 2, 3, 6), dims: [2, 2] });
  expect(moments.mean).toEqual(Float64Array.of(2, 4));
});

test('no values have no mean', () => {
  const moments = new RunningMoments(2).update(zeros([0, 2])).update(zeros([3, 2, 0]));
  expect(moments.count).toBe(0);
  expect(moments.mean).toEqual(Float64Array.of(Number.NaN, Number.NaN));
  expect(moments.std).toEqual(Float64Array.of(Number.NaN, Number.NaN));
  expect([...moments.min, ...moments.max]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
});

test('NaN makes its channel NaN, and no other', () => {
  const moments = new RunningMoments(2);
  for (const value of [1, Number.NaN, 3]) moments.update(tensor([[value, 5]]));
  expect(moments.count).toBe(3);
  for (const values of [moments.mean, moments.variance, moments.min, moments.max]) {
    expect(values[0]).toBeNaN();
    expect(values[1]).not.toBeNaN();
  }
});

test('an infinite value makes the mean infinite, and the variance NaN', () => {
  const moments = new RunningMoments(1);
  const infinity = Number.POSITIVE_INFINITY;
  for (const value of [1, infinity, infinity, 2]) moments.update(tensor([[value]]));
  expect(moments.mean).toEqual(Float64Array.of(infinity));
  expect(moments.variance).toEqual(Float64Array.of(Number.NaN));
  expect([...moments.min, ...moments.max]).toEqual([1, infinity]);
});

test('what it gives is the own of who asks', () => {
  const moments = new RunningMoments(1).update(tensor([[1], [3]]));
  const { mean, variance, min, max } = moments;
  for (const values of [mean, variance, min, max]) values.fill(99);
  expect([...moments.mean, ...moments.variance, ...moments.min, ...moments.max]).toEqual([
    2, 1, 1, 3,
  ]);
});

test('it prints how much it has seen', () => {
  expect(String(new RunningMoments(3).update(zeros([4, 3, 2])))).toBe('RunningMoments(3, count=8)');
});

describe('what makes no sense is refused, and changes nothing', () => {
  test('options of the constructor, which are those of update', () => {
    expectRefused(
      () => Reflect.construct(RunningMoments, [3, { from: 'HWC' }]),
      ArgumentError,
      'options go to each update(chunk, { from, dropAlpha, scale })',
    );
    expect(Reflect.construct(RunningMoments, [3, undefined])).toHaveProperty('channels', 3);
  });

  const moments = new RunningMoments(2).update(zeros([3, 2]));
  const before = JSON.stringify(moments);
  afterEach(() => expect(JSON.stringify(moments)).toBe(before));

  test.each([0, -1, 1.5, Number.NaN, '3', undefined, 2 ** 53])('%p channels', (channels) => {
    const make = () => new RunningMoments(channels as number);
    expectRefused(make, ArgumentError, 'RunningMoments: channels should be an integer');
  });

  test('more channels than memory has room for', () => {
    expectRefused(() => new RunningMoments(2 ** 50), ArgumentError, 'cannot allocate');
  });

  test('a chunk of other channels', () => {
    const update = () => moments.update(zeros([2, 3]));
    expectRefused(update, ShapeError, 'expected chunk to have 2 channels, got 3');
    expectRefused(() => moments.update(zeros([0, 3])), ShapeError, 'to have 2 channels, got 3');
  });

  test('a chunk without channels', () => {
    const update = () => moments.update(zeros([2]));
    expectRefused(update, ShapeError, 'RunningMoments: Expected at least 2 dimensions');
  });

  test('what is no chunk', () => {
    const update = (chunk: unknown) => () => moments.update(chunk as Tensor);
    expectRefused(update([1, 2]), ArgumentError, 'RunningMoments: chunk must be a Tensor');
    const integers = { data: new Int16Array(2), shape: [1, 2] };
    expectRefused(update(integers), DTypeError, 'RunningMoments: chunk: data must be');
  });

  test('a chunk whose memory is gone', () => {
    const gone = zeros([2, 2]);
    takeAway(gone);
    expectRefused(() => moments.update(gone), ArgumentError, 'the memory of chunk is gone');
  });

  test('another object to merge', () => {
    const merge = (other: unknown) => () => moments.merge(other as RunningMoments);
    expectRefused(merge(moments.toJSON()), ArgumentError, 'RunningMoments.fromJSON() makes one');
    expectRefused(merge(null), ArgumentError, 'other should be RunningMoments, got null');
    const message = 'expected other to have 2 channels, got 3';
    expectRefused(merge(new RunningMoments(3)), ShapeError, message);
  });

  test('more values than can be counted', () => {
    const many = RunningMoments.fromJSON({ ...moments.toJSON(), count: Number.MAX_SAFE_INTEGER });
    expectRefused(() => moments.merge(many), ArgumentError, 'are more than can be counted');
  });
});
