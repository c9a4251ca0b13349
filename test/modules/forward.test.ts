import { BatchNorm1d, BatchNorm2d, manualSeed, randn, tensor, zeros } from 'batchnorm';
import { moments, normalize, unbiased, update } from '../reference/batch-norm';
import { expectWithinUlps } from '../reference/ulps';
import { layers } from './layers';

beforeEach(() => manualSeed(13));

const affine = { weight: [0.5, -2, 3], bias: [10, 0, -1] };

describe.each(layers)('$Layer.name on $shape', ({ Layer, shape }) => {
  const draw = () => randn([...shape]);
  const layer = (options = {}) => {
    const bn = new Layer(3, options);
    bn.weight?.data.set(affine.weight);
    bn.bias?.data.set(affine.bias);
    return bn;
  };

  test('trains with the batch and evaluates with the running statistics, over several steps', () => {
    const bn = layer();
    let [mean, variance] = [
      [0, 0, 0],
      [1, 1, 1],
    ];
    for (let step = 1; step <= 4; step++) {
      const x = draw();
      const batch = moments(x);
      const expected = normalize(x, batch.mean, batch.variance, 1e-5, affine);
      expectWithinUlps(bn.train().forward(x), expected, 4);
      mean = update(mean, batch.mean, 0.1);
      variance = update(variance, unbiased(batch), 0.1);
      expectWithinUlps(bn.runningMean?.data ?? new Float32Array(), mean, 4);
      expectWithinUlps(bn.runningVar?.data ?? new Float32Array(), variance, 4);
      expect(bn.numBatchesTracked).toBe(step);
      const seen = normalize(x, mean, variance, 1e-5, affine);
      expectWithinUlps(bn.eval().forward(x), seen, 4);
      expect(bn.numBatchesTracked).toBe(step);
    }
  });

  test('with momentum null keeps the average over all batches', () => {
    const bn = layer({ momentum: null, unbiasedRunningVar: false });
    const batches = [draw(), draw(), draw()];
    for (const x of batches) bn.forward(x);
    const seen = batches.map(moments);
    const average = (name: 'mean' | 'variance') =>
      [0, 1, 2].map((c) => seen.reduce((total, m) => total + (m[name][c] as number), 0) / 3);
    expectWithinUlps(bn.runningMean?.data ?? new Float32Array(), average('mean'), 4);
    expectWithinUlps(bn.runningVar?.data ?? new Float32Array(), average('variance'), 4);
  });

  test('without running statistics evaluates with the batch', () => {
    const bn = layer({ trackRunningStats: false });
    const x = draw();
    expect(bn.eval().forward(x).data).toEqual(bn.train().forward(x).data);
  });

  test('takes trackRunningStats = false later: no more updates, still evaluates with them', () => {
    const bn = layer();
    bn.forward(draw());
    const state = [...(bn.runningMean?.data ?? []), ...(bn.runningVar?.data ?? [])];
    bn.trackRunningStats = false;
    const x = draw();
    const batch = moments(x);
    const expected = normalize(x, batch.mean, batch.variance, 1e-5, affine);
    expectWithinUlps(bn.forward(x), expected, 4);
    expect([...(bn.runningMean?.data ?? []), ...(bn.runningVar?.data ?? [])]).toEqual(state);
    expect(bn.numBatchesTracked).toBe(1);
    const seen = normalize(x, state.slice(0, 3), state.slice(3), 1e-5, affine);
    expectWithinUlps(bn.eval().forward(x), seen, 4);
  });

  test('leaves the input as it is, and its memory format to the output', () => {
    const x = draw().to({ memoryFormat: 'channelsLast' });
    const before = x.data.slice();
    const y = layer().forward(x);
    expect(x.data).toEqual(before);
    expect([y.shape, y.memoryFormat]).toEqual([shape, 'channelsLast']);
    const contiguous = layer().forward(x.to({ memoryFormat: 'contiguous' }));
    expectWithinUlps(y, contiguous.data, 1);
  });

  test('writes to out in both modes, the input itself included', () => {
    const bn = layer();
    for (const training of [true, false]) {
      bn.train(training);
      const x = draw();
      const expected = bn.forward(x);
      const out = zeros([...shape]);
      expect(bn.forward(x, { out })).toBe(out);
      expect(bn.forward(x, { out: x, grad: false })).toBe(x);
      // In training the running statistics have moved on, which the output does not depend on.
      expect(out.data).toEqual(expected.data);
      expect(x.data).toEqual(expected.data);
    }
  });

  test('an empty batch counts and leaves the running statistics', () => {
    const bn = layer({ momentum: 1 });
    const empty = [0, ...shape.slice(1)];
    expect(bn.forward(zeros(empty)).shape).toEqual(empty);
    expect(bn.numBatchesTracked).toBe(1);
    expect(bn.runningMean?.data).toEqual(Float32Array.of(0, 0, 0));
    expect(bn.runningVar?.data).toEqual(Float32Array.of(1, 1, 1));
    expect(bn.eval().forward(zeros(empty)).shape).toEqual(empty);
  });
});

test('an empty batch lowers the weight of the next one in a cumulative average', () => {
  const bn = new BatchNorm1d(1, { momentum: null });
  bn.forward(zeros([0, 1]));
  bn.forward(tensor([[4], [8]]));
  expect(bn.runningMean?.data[0]).toBe(3);
});

test('dtype float64 computes and keeps float64', () => {
  const bn = new BatchNorm2d(3, { dtype: 'float64' });
  const x = randn([4, 3, 2, 2], { dtype: 'float64' });
  const batch = moments(x);
  const y = bn.forward(x);
  expect(y.dtype).toBe('float64');
  expectWithinUlps(y, normalize(x, batch.mean, batch.variance, 1e-5), 16);
  expectWithinUlps(
    bn.runningMean?.data ?? new Float64Array(),
    update([0, 0, 0], batch.mean, 0.1),
    16,
  );
});

test('a single value per channel is fine in evaluation', () => {
  const bn = new BatchNorm1d(2).eval();
  expect(bn.forward(tensor([[3, -3]])).shape).toEqual([1, 2]);
});

test('resetRunningStats and resetParameters go back to the start', () => {
  const bn = new BatchNorm1d(2);
  bn.weight?.data.fill(5);
  bn.bias?.data.fill(5);
  bn.forward(randn([8, 2]));
  bn.resetRunningStats();
  expect(bn.stateDict().num_batches_tracked).toBe(0);
  expect([...(bn.runningMean?.data ?? []), ...(bn.runningVar?.data ?? [])]).toEqual([0, 0, 1, 1]);
  expect([...(bn.weight?.data ?? []), ...(bn.bias?.data ?? [])]).toEqual([5, 5, 5, 5]);
  bn.forward(randn([8, 2]));
  bn.resetParameters();
  expect(bn.numBatchesTracked).toBe(0);
  expect([...(bn.weight?.data ?? []), ...(bn.bias?.data ?? [])]).toEqual([1, 1, 0, 0]);
});

test('resetRunningStats leaves statistics that are no longer tracked, as PyTorch does', () => {
  const bn = new BatchNorm1d(1, { momentum: 1 });
  bn.forward(tensor([[4], [8]]));
  bn.trackRunningStats = false;
  bn.resetRunningStats();
  expect([bn.runningMean?.data[0], bn.numBatchesTracked]).toEqual([6, 1]);
});

test('parameters and statistics may be written in place', () => {
  const bn = new BatchNorm1d(1, { eps: 0 }).eval();
  bn.runningMean?.data.fill(1);
  bn.runningVar?.data.fill(4);
  bn.weight?.data.fill(3);
  bn.bias?.data.fill(7);
  expect(bn.forward(tensor([[5]])).item()).toBe(13);
});

test('what stands for a tensor goes in, as input and as out', () => {
  const bn = new BatchNorm1d(2);
  const data = Float32Array.of(1, 10, 3, 30);
  const out = new Float32Array(4);
  const y = bn.forward({ data, dims: [2, 2] }, { out: { data: out, shape: [2, 2] } });
  expect(y.data).toBe(out);
  expectWithinUlps(out, normalize(tensor(data, [2, 2]), [2, 20], [1, 100], 1e-5), 1);
});
