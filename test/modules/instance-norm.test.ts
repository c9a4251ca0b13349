import {
  ArgumentError,
  functional as F,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
  manualSeed,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { expectSame } from '../reference/same';

const layers = [
  {
    Layer: InstanceNorm1d,
    Lazy: LazyInstanceNorm1d,
    shape: [4, 3, 5],
    ranks: '2D or 3D',
    axes: '(C, L) or (N, C, L)',
  },
  {
    Layer: InstanceNorm2d,
    Lazy: LazyInstanceNorm2d,
    shape: [4, 3, 2, 5],
    ranks: '3D or 4D',
    axes: '(C, H, W) or (N, C, H, W)',
  },
  {
    Layer: InstanceNorm3d,
    Lazy: LazyInstanceNorm3d,
    shape: [4, 3, 2, 3, 2],
    ranks: '4D or 5D',
    axes: '(C, D, H, W) or (N, C, D, H, W)',
  },
] as const;

const tracked = { affine: true, trackRunningStats: true } as const;

beforeEach(() => manualSeed(41));

function statistics({ runningMean, runningVar }: InstanceNorm1d): number[] {
  return [...(runningMean as Tensor).data, ...(runningVar as Tensor).data];
}

/** Gives a layer parameters and running statistics of a later day. */
function age<Norm extends InstanceNorm1d>(norm: Norm): Norm {
  norm.weight?.data.set([0.5, -2, 3]);
  norm.bias?.data.set([10, 0, -1]);
  norm.runningMean?.data.set([1, 2, 3]);
  norm.runningVar?.data.set([4, 5, 6]);
  return norm;
}

describe.each(layers)('$Layer.name', ({ Layer, Lazy, shape, ranks, axes }) => {
  const draw = () => randn([...shape]);

  test('tracks in training what it evaluates with', () => {
    const norm = age(new Layer(3, { ...tracked, momentum: 0.3 }));
    const [runningMean, runningVar] = [tensor([1, 2, 3]), tensor([4, 5, 6])];
    const { weight, bias } = norm;
    const x = draw();
    const options = { runningMean, runningVar, weight, bias };
    expectSame(norm.forward(x).data, F.instanceNorm(x, { ...options, momentum: 0.3 }).data);
    expect(statistics(norm)).toEqual([...runningMean.data, ...runningVar.data]);
    const y = norm.eval().forward(x);
    expectSame(y.data, F.instanceNorm(x, { ...options, useInputStats: false }).data);
    expect(statistics(norm)).toEqual([...runningMean.data, ...runningVar.data]);
    // PyTorch has the counter and never moves it.
    expect(norm.numBatchesTracked).toBe(0);
  });

  test('has the gradients of what it evaluates with, whatever happens later', () => {
    const norm = age(new Layer(3, tracked)).eval();
    const [x, dy] = [draw(), draw()];
    const mean = Float64Array.of(1, 2, 3);
    const invstd = Float64Array.from([4, 5, 6], (v) => 1 / Math.sqrt(v + 1e-5));
    const options = { weight: norm.weight, mean, invstd, useInputStats: false };
    const expected = F.instanceNormBackward(dy, x, options);
    norm.forward(x, { grad: true });
    norm.runningMean?.data.fill(100);
    norm.runningVar?.data.fill(100);
    expectSame(norm.backward(dy).data, expected.gradInput.data);
    expect(norm.weight?.grad).toEqual(expected.gradWeight);
    expect(norm.bias?.grad).toEqual(expected.gradBias);
  });

  test('goes from training to evaluation and back, each with its own backward', () => {
    const norm = age(new Layer(3, tracked));
    const other = age(new Layer(3, tracked)).eval();
    const [x, dy] = [draw(), draw()];
    for (const training of [true, false, false, true, false]) {
      norm.train(training).forward(x, { grad: true });
      const dx = norm.backward(dy);
      if (training) {
        const { weight } = norm;
        expectSame(dx.data, F.instanceNormBackward(dy, x, { weight }).gradInput.data);
      } else {
        other.loadStateDict(norm.stateDict());
        other.forward(x, { grad: true });
        expectSame(dx.data, other.backward(dy).data);
      }
    }
  });

  test('takes a single sample without the batch dimension', () => {
    for (const training of [true, false]) {
      const norm = age(new Layer(3, tracked)).train(training);
      const twin = age(new Layer(3, tracked)).train(training);
      const [x, dy] = [draw(), draw()];
      const size = x.size / 4;
      const one = tensor(x.data.slice(0, size), shape.slice(1));
      const batch = tensor(x.data.slice(0, size), [1, ...shape.slice(1)]);
      const gradient = tensor(dy.data.slice(0, size), shape.slice(1));
      const y = norm.forward(one, { grad: true });
      expectSame(y.data, twin.forward(batch, { grad: true }).data);
      expect([y.shape, norm.numFeatures]).toEqual([shape.slice(1), 3]);
      const dx = norm.backward(gradient);
      expectSame(dx.data, twin.backward(tensor(gradient.data, batch.shape)).data);
      expect(dx.shape).toEqual(shape.slice(1));
      expect(statistics(norm)).toEqual(statistics(twin));
      expect(norm.weight?.grad).toEqual(twin.weight?.grad);
      const before = one.clone();
      expect(norm.forward(one, { out: one })).toBe(one);
      expectSame(one.data, norm.forward(before).data);
    }
  });

  test('copies a channels-last single sample into logical order', () => {
    const sample = randn([3, 4, 5, 6].slice(0, shape.length - 1), { memoryFormat: 'channelsLast' });
    for (const training of [true, false]) {
      const norm = age(new Layer(3, tracked)).train(training);
      const contiguous = sample.to({ memoryFormat: 'contiguous' });
      const before = sample.data.slice();
      const y = norm.forward(sample, { grad: true });
      expect(y.memoryFormat).toBe('contiguous');
      const dx = norm.backward(sample);
      age(norm);
      expectSame(y.data, norm.forward(contiguous, { grad: true }).data);
      expectSame(dx.data, norm.backward(contiguous).data);
      expectSame(sample.data, before);
      if (shape.length === 3) continue; // (C, L) has one order
      const out = tensor(sample.data as Float32Array, sample.shape);
      const message = 'out shares memory with input, which is channels last';
      expectRefused(() => norm.forward(sample, { out }), ArgumentError, message, [sample]);
    }
  });

  test('refuses other ranks and other channels in every case', () => {
    for (const options of [{ trackRunningStats: true }, { affine: true }, tracked]) {
      for (const training of [true, false]) {
        const norm = new Layer(3, options).train(training);
        const untouched = [...norm.parameters(), ...norm.buffers()];
        for (const wrong of [[], [3], [2, ...shape, 1]]) {
          const message = `${Layer.name}: expected ${ranks} input (got ${wrong.length}D input): the shape should be ${axes}, got [${wrong.join(', ')}]`;
          expectRefused(() => norm.forward(zeros(wrong)), ShapeError, message, untouched);
        }
        for (const dim of [0, 1]) {
          const wrong = [...(dim === 1 ? [4] : []), 5, ...shape.slice(2)];
          const message = `${Layer.name}: expected input's size at dim=${dim} to match num_features (3), but got: 5. numFeatures is 3, but the input has 5 channels, its shape is [${wrong.join(', ')}]`;
          expectRefused(() => norm.forward(zeros(wrong)), ShapeError, message, untouched);
        }
      }
    }
  });

  test('refuses one value per instance where the input counts, and takes it where not', () => {
    const ones = shape.slice(2).map(() => 1);
    for (const wrong of [
      [2, 3, ...ones],
      [3, ...ones],
    ]) {
      const message = `${Layer.name}: Expected more than 1 spatial element when training, got input size [${wrong.join(', ')}]`;
      const norm = new Layer(3, tracked);
      expectRefused(() => norm.forward(zeros(wrong)), ShapeError, message, norm.buffers());
      const untracked = new Layer(3).eval();
      expectRefused(() => untracked.forward(zeros(wrong)), ShapeError, message);
      expect(norm.eval().forward(zeros(wrong)).shape).toEqual(wrong);
    }
  });

  test('an empty batch leaves the running statistics', () => {
    const norm = age(new Layer(3, { ...tracked, momentum: 1 }));
    for (const empty of [
      [0, ...shape.slice(1)],
      [...shape.slice(0, -1), 0],
    ]) {
      expect(norm.forward(zeros(empty)).shape).toEqual(empty);
      expect(norm.backward(zeros(empty)).shape).toEqual(empty);
    }
    expect(statistics(norm)).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(norm.weight?.grad?.data ?? [])]).toEqual([0, 0, 0]);
  });

  test('is lazy, too: the channels come from the first input, with and without a batch', () => {
    const shown = (name: string, features: number) =>
      `${name}(${features}, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)`;
    for (const taken of [[...shape], shape.slice(1)]) {
      const [norm, plain] = [new Lazy(), new Layer(3, tracked)];
      expect(String(norm)).toBe(shown(Lazy.name, 0));
      expectRefused(
        () => norm.stateDict(),
        ArgumentError,
        `${Lazy.name}: Attempted to use an uninitialized parameter: it is lazy`,
      );
      const x = randn(taken);
      expectSame(norm.forward(x).data, plain.forward(x).data);
      expectSame(norm.backward(x).data, plain.backward(x).data);
      expect([norm.constructor, String(norm)]).toEqual([Layer, shown(Layer.name, 3)]);
      expect(norm.stateDict()).toEqual(plain.stateDict());
    }
  });

  test('stays lazy where the first input is refused, and is plain once it has loaded a state', () => {
    const norm = new Lazy();
    const single = [2, 5, ...shape.slice(2).map(() => 1)];
    const message = 'Expected more than 1 spatial element when training';
    expectRefused(() => norm.forward(zeros(single)), ShapeError, message);
    expectRefused(() => norm.forward(zeros([3])), ShapeError, `${Lazy.name}: expected ${ranks}`);
    const none = 'there is no forward pass to go backward through';
    expectRefused(() => norm.backward(zeros(single)), ArgumentError, none);
    expect([norm.constructor, norm.numFeatures]).toEqual([Lazy, 0]);
    const source = age(new Layer(3, tracked));
    norm.loadStateDict(source.stateDict());
    expect([norm.constructor, norm.numFeatures]).toEqual([Layer, 3]);
    expect(norm.stateDict()).toEqual(source.stateDict());
    const bare = new Lazy({ affine: false, trackRunningStats: false });
    expect(bare.stateDict()).toEqual({});
    bare.forward(draw());
    expect(bare.numFeatures).toBe(3);
  });

  test('resets its statistics and its parameters', () => {
    const norm = age(new Layer(3, tracked));
    norm.resetRunningStats();
    expect(statistics(norm)).toEqual([0, 0, 0, 1, 1, 1]);
    age(norm).resetParameters();
    expect(statistics(norm)).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...(norm.weight?.data ?? []), ...(norm.bias?.data ?? [])]).toEqual([1, 1, 1, 0, 0, 0]);
  });
});

test.each([0, 1, -1, 2])('momentum %d is taken literally', (momentum) => {
  const norm = new InstanceNorm1d(1, { trackRunningStats: true, momentum });
  norm.forward(tensor([2, 4], [1, 1, 2]));
  expect(statistics(norm)).toEqual([momentum * 3, 1 - momentum + momentum * 2]);
});

test('momentum null leaves the running statistics, as in PyTorch', () => {
  const norm = new InstanceNorm1d(1, { trackRunningStats: true, momentum: null });
  norm.forward(tensor([2, 4], [1, 1, 2]));
  expect([...statistics(norm), norm.numBatchesTracked]).toEqual([0, 1, 0]);
  norm.momentum = 1;
  norm.forward(tensor([2, 4], [1, 1, 2]));
  expect([norm.momentum, ...statistics(norm)]).toEqual([1, 3, 2]);
  expectRefused(
    () => Object.assign(norm, { momentum: Number.NaN }),
    ArgumentError,
    'InstanceNorm1d: momentum should be a finite number',
  );
});

test('trackRunningStats set to false later: evaluation, too, normalizes with the input', () => {
  const norm = age(new InstanceNorm1d(3, tracked));
  norm.trackRunningStats = false;
  const x = randn([4, 3, 5]);
  const { weight, bias } = norm;
  for (const training of [true, false]) {
    const y = norm.train(training).forward(x, { grad: true });
    expectSame(y.data, F.instanceNorm(x, { weight, bias }).data);
    const dx = norm.backward(x);
    expectSame(dx.data, F.instanceNormBackward(x, x, { weight }).gradInput.data);
  }
});

test('a refused forward moves no running statistics', () => {
  const norm = age(new InstanceNorm1d(3, tracked));
  const x = randn([4, 3, 5]);
  for (const options of [{ out: randn([4, 3, 6]) }, { out: 3 }, { grad: 1 }, { residual: x }]) {
    const call = () => norm.forward(x, options as never);
    expectRefused(call, Error as never, 'InstanceNorm1d: ', [...norm.buffers(), x]);
  }
  const { data } = norm.runningVar as Tensor;
  structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
  const message = 'InstanceNorm1d: the memory of running_var is gone: it should hold 3 elements';
  for (const training of [true, false]) {
    const call = () => norm.train(training).forward(x);
    expectRefused(call, ArgumentError, message, [norm.runningMean as Tensor]);
  }
});
