import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  functional as F,
  FrozenBatchNorm1d,
  InstanceNorm1d,
  type Layer,
  LazyBatchNorm1d,
  Module,
  manualSeed,
  randn,
  Sequential,
  ShapeError,
  StateDictError,
  Tensor,
  tensor,
  updateBatchNormStats,
  zeros,
} from 'batchnorm';
import { takeAway } from '../take-away';

/** Rows of (N, C), far from 0 beside their spread. */
function rows(n: number, dtype: 'float32' | 'float64' = 'float32'): Tensor {
  const x = randn([n, 3], { dtype });
  return new Tensor(
    x.data.map((value, i) => 1000 + 10 * (i % 3) + value * (1 + (i % 3))),
    [n, 3],
  );
}

function parts(x: Tensor, sizes: readonly number[]): Tensor[] {
  const [, ...rest] = x.shape;
  const row = x.size / (x.shape[0] as number);
  let start = 0;
  return sizes.map((n) => {
    const data = x.data.slice(start * row, (start + n) * row);
    start += n;
    return new Tensor(data, [n, ...rest]);
  });
}

async function* later<T>(values: Iterable<T>): AsyncGenerator<T> {
  for (const value of values) {
    await Promise.resolve();
    yield value;
  }
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('it was fulfilled');
    },
    (error) => error,
  );
}

/** Everything that must be as it was. */
function state(module: Module): unknown {
  return [
    Object.entries(module.stateDict()).map(([key, value]) => [
      key,
      value instanceof Tensor ? value.data.slice() : value,
    ]),
    module.modules().map(({ training }) => training),
  ];
}

describe('updateBatchNormStats of one layer', () => {
  test.each([
    ['one batch', [12]],
    ['even batches', [4, 4, 4]],
    ['uneven batches', [2, 7, 3]],
  ])('gives the moments of all values from %s', async (_, sizes) => {
    const x = rows(12, 'float64');
    const bn = new BatchNorm1d(3, { dtype: 'float64', momentum: 0.9 });
    const before = [bn.weight, bn.bias].map((parameter) => parameter?.data.slice());
    await updateBatchNormStats(bn, parts(x, sizes));
    const { mean, variance } = F.moments(x);
    for (const c of [0, 1, 2]) {
      expect(bn.runningMean?.data[c]).toBeCloseTo(mean[c] as number, 11);
      expect(bn.runningVar?.data[c]).toBeCloseTo(variance[c] as number, 12);
    }
    expect([bn.numBatchesTracked, bn.momentum, bn.training]).toEqual([sizes.length, 0.9, true]);
    expect([bn.weight?.data, bn.bias?.data]).toEqual(before);
  });

  // Sums of these are exact in any order, so that nothing is left to tolerances.
  test('counts values, not batches, and takes the population variance', async () => {
    const bn = new BatchNorm1d(1);
    await updateBatchNormStats(bn, [tensor([[0], [4]]), tensor([[8], [8], [8], [8], [8], [8]])]);
    expect([bn.runningMean?.item(), bn.runningVar?.item()]).toEqual([6.5, 7.75]);
    const tracked = new BatchNorm1d(1, { unbiasedRunningVar: true });
    await updateBatchNormStats(tracked, [tensor([[1], [3]])]);
    expect([tracked.runningMean?.item(), tracked.runningVar?.item()]).toEqual([2, 1]);
  });

  test('rounds once: float32 layers have the float64 result', async () => {
    const x = rows(64);
    const bn = new BatchNorm1d(3);
    await updateBatchNormStats(bn, parts(x, [3, 20, 2, 39]));
    const { mean, variance } = F.moments(x);
    expect(bn.runningMean?.data).toEqual(Float32Array.from(mean));
    expect(bn.runningVar?.data).toEqual(Float32Array.from(variance));
  });

  test('takes spatial batches, async iterables and what stands for a tensor', async () => {
    const x = randn([6, 2, 3, 3]);
    const bn = new BatchNorm2d(2);
    const batches = parts(x, [2, 4]).map(({ data, shape }) => ({ data, shape }));
    await updateBatchNormStats(bn, later(batches));
    const { mean } = F.moments(x);
    expect(bn.runningMean?.data).toEqual(Float32Array.from(mean));
    expect(bn.numBatchesTracked).toBe(2);
  });

  test('counts an empty batch as training does, and takes nothing from it', async () => {
    const x = rows(8);
    const bn = new BatchNorm1d(3);
    await updateBatchNormStats(bn, [zeros([0, 3]), ...parts(x, [8]), zeros([0, 3])]);
    expect(bn.runningVar?.data).toEqual(Float32Array.from(F.moments(x).variance));
    expect(bn.numBatchesTracked).toBe(3);
    const before = state(bn);
    await updateBatchNormStats(bn, [zeros([0, 3])]);
    expect(state(bn)).toEqual(before);
  });

  test('keeps nothing for backward', async () => {
    const bn = new BatchNorm1d(3);
    await updateBatchNormStats(new Sequential(bn), [rows(4)]);
    expect(() => bn.backward(rows(4))).toThrow('there is no forward pass');
  });

  test('leaves training and evaluation to go on as before', async () => {
    const [bn, same] = [new BatchNorm1d(3), new BatchNorm1d(3)];
    const x = rows(8);
    await updateBatchNormStats(bn, [x]);
    same.loadStateDict(bn.stateDict());
    for (const layer of [bn, same]) layer.forward(x);
    expect(state(bn)).toEqual(state(same));
    expect(bn.numBatchesTracked).toBe(2);
    expect(bn.backward(x).data).toEqual(same.backward(x).data);
  });
});

describe('updateBatchNormStats of a net', () => {
  test('gives each layer the statistics of its own inputs in training', async () => {
    manualSeed(4);
    const [first, second] = [new BatchNorm1d(3), new BatchNorm1d(3)];
    first.weight?.data.set([2, -1, 0.5]);
    first.bias?.data.set([1, 0, -3]);
    const batches = parts(rows(15), [4, 9, 2]);
    // By hand: what the first layer gives in training is what comes into the second.
    const between = batches.map((x) => {
      const { mean, variance } = F.moments(x);
      return x.data.map((value, i) => {
        const c = i % 3;
        const { weight, bias } = first;
        const spread = Math.sqrt((variance[c] as number) + first.eps);
        const normalized = (value - (mean[c] as number)) / spread;
        return normalized * (weight?.data[c] as number) + (bias?.data[c] as number);
      });
    });
    const all = [batches.map(({ data }) => data), between].map((list) => {
      const values = list.flatMap((data) => [...data]);
      return F.moments(tensor(values, [15, 3], { dtype: 'float64' }));
    });
    const net = new Sequential(first, new Sequential(second)).eval();
    first.train();
    await updateBatchNormStats(net, batches);
    for (const [i, layer] of [first, second].entries()) {
      const { mean, variance } = all[i] as F.Moments;
      for (const c of [0, 1, 2]) {
        // A float32 of the outputs between is right to 6e-8 of 4 at most.
        expect(layer.runningMean?.data[c]).toBeCloseTo(mean[c] as number, i === 0 ? 4 : 6);
        expect(layer.runningVar?.data[c]).toBeCloseTo(variance[c] as number, 5);
      }
      expect(layer.numBatchesTracked).toBe(3);
    }
    expect(net.modules().map(({ training }) => training)).toEqual([false, true, false, false]);
  });

  test('counts both passes of a layer that is there twice', async () => {
    const bn = new BatchNorm1d(1);
    await updateBatchNormStats(new Sequential(bn, bn), [tensor([[1], [3]]), tensor([[5], [7]])]);
    // 1 3 5 7 and, normalized, -1 1 -1 1 (to within eps)
    expect(bn.runningMean?.item()).toBeCloseTo(2, 6);
    expect(bn.runningVar?.item()).toBeCloseTo((1 + 1 + 9 + 25 + 9 + 1 + 9 + 1) / 8, 4);
    expect(bn.numBatchesTracked).toBe(4);
  });

  test('leaves alone what keeps no statistics, what is frozen, and what no batch reaches', async () => {
    class Net extends Module {
      used = new BatchNorm1d(3);
      unused = new BatchNorm1d(3);
      without = new BatchNorm1d(3, { trackRunningStats: false });
      stopped = new BatchNorm1d(3);
      frozen = new FrozenBatchNorm1d(3);
      evaluating = new BatchNorm1d(3);
      override train(mode?: boolean): this {
        super.train(mode);
        this.evaluating.eval();
        return this;
      }
      forward(x: Tensor): Tensor {
        const { used, without, stopped, frozen, evaluating } = this;
        return [used, without, stopped, frozen, evaluating].reduce((y, bn) => bn.forward(y), x);
      }
    }
    const net = new Net();
    net.stopped.trackRunningStats = false;
    const rest = [net.unused, net.without, net.stopped, net.frozen, net.evaluating];
    const before = rest.map(state);
    const x = rows(8);
    await updateBatchNormStats(net, [x]);
    expect(rest.map(state)).toEqual(before);
    expect(net.used.runningMean?.data).toEqual(Float32Array.from(F.moments(x).mean));
  });

  test('leaves alone what training changes in other layers', async () => {
    class Counting extends Module {
      bn = new BatchNorm1d(3);
      instances = new InstanceNorm1d(3, { trackRunningStats: true });
      steps = this.registerBuffer('steps', zeros([1]));
      forward(x: Tensor): Tensor {
        this.steps.data.set([this.steps.item() + 1]);
        return this.instances.forward(this.bn.forward(x));
      }
    }
    for (const batches of [[randn([2, 3, 4])], [randn([2, 3, 4]), zeros([1, 3])]]) {
      const net = new Counting();
      const before = [net.instances, net.steps.clone()].map(String);
      const { data } = net.instances.runningMean as Tensor;
      await updateBatchNormStats(net, batches).catch(() => {});
      expect([net.instances, net.steps].map(String)).toEqual(before);
      expect([...data]).toEqual([0, 0, 0]);
    }
  });

  test('awaits a forward that returns a promise, and takes whatever it takes', async () => {
    class Slow extends Module {
      bn = new BatchNorm1d(1);
      busy = false;
      async forward({ image }: { image: Tensor }): Promise<Tensor> {
        if (this.busy) throw new Error('two at once');
        this.busy = true;
        await new Promise((resolve) => setImmediate(resolve));
        this.busy = false;
        return this.bn.forward(image);
      }
    }
    const net = new Slow();
    await updateBatchNormStats(net, [{ image: tensor([[1], [3]]) }, { image: tensor([[5], [7]]) }]);
    expect([net.bn.runningMean?.item(), net.bn.runningVar?.item()]).toEqual([4, 5]);
  });
});

describe('updateBatchNormStats changes nothing where', () => {
  const net = () => new Sequential(new BatchNorm1d(3).eval(), new BatchNorm1d(3));

  async function refused(
    module: Layer,
    batches: Iterable<Tensor> | AsyncIterable<Tensor>,
    type: new (...args: never[]) => Error,
    message: string,
  ): Promise<void> {
    const before = state(module);
    const error = await rejection(updateBatchNormStats(module, batches));
    expect(error).toBeInstanceOf(type);
    expect(error.message).toContain(message);
    expect(state(module)).toEqual(before);
    // It is in order again: the running statistics of a training forward, and another update.
    module.train().forward(rows(4));
    await updateBatchNormStats(module, [rows(4)]);
    expect((module.modules().at(-1) as BatchNorm1d).numBatchesTracked).toBe(1);
  }

  test('there is no batch', async () => {
    const message = 'updateBatchNormStats: there is no batch to take statistics of';
    await refused(net(), [], ArgumentError, message);
    await refused(net(), later([]), ArgumentError, message);
  });

  test('a batch fails', async () => {
    const phrase = '0 (BatchNorm1d): Expected more than 1 value per channel when training';
    await refused(net(), [rows(1)], ShapeError, phrase);
    await refused(net(), [rows(4), zeros([4, 2])], ShapeError, 'numFeatures is 3');
    await refused(net(), [null as never], ArgumentError, 'input must be a Tensor');
  });

  test('the iterable fails, or the second of two layers', async () => {
    async function* broken() {
      yield rows(4);
      throw new RangeError('no more');
    }
    await refused(net(), broken(), RangeError, 'no more');
    const uneven = new Sequential(new BatchNorm1d(3), new BatchNorm1d(2));
    const before = state(uneven);
    const error = await rejection(updateBatchNormStats(uneven, [rows(4)]));
    expect(error.message).toContain('numFeatures is 2, but the input has 3 channels');
    expect(state(uneven)).toEqual(before);
  });

  test('a generator is closed where a batch fails', async () => {
    let closed = false;
    async function* batches() {
      try {
        yield rows(1);
      } finally {
        closed = true;
      }
    }
    await refused(net(), batches(), ShapeError, 'Expected more than 1 value');
    expect(closed).toBe(true);
  });

  test('a layer is lazy', async () => {
    const lazy = new LazyBatchNorm1d();
    const module = new Sequential(new BatchNorm1d(3), lazy);
    const error = await rejection(updateBatchNormStats(module, [rows(4)]));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain(
      'LazyBatchNorm1d: Attempted to use an uninitialized parameter: it is lazy',
    );
    expect([lazy.constructor, module[0]?.training]).toEqual([LazyBatchNorm1d, true]);
    module.forward(rows(4));
    await updateBatchNormStats(module, [rows(4)]);
  });

  test('the memory of a layer goes while it runs', async () => {
    const module = net();
    const second = module.at(1) as BatchNorm1d;
    const first = (module.at(0) as BatchNorm1d).runningMean as Tensor;
    async function* batches() {
      yield rows(4);
      takeAway(second.runningVar as Tensor);
    }
    const error = await rejection(updateBatchNormStats(module, batches()));
    expect(error).toBeInstanceOf(StateDictError);
    expect(error.message).toContain('the memory of 1.running_var is gone');
    expect([...first.data]).toEqual([0, 0, 0]);
  });

  test('the memory of a layer is gone before', async () => {
    const module = net();
    takeAway((module.at(1) as BatchNorm1d).runningVar as Tensor);
    const error = await rejection(updateBatchNormStats(module, [rows(4)]));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain('the memory of the tensor is gone');
    expect(module.modules().map(({ training }) => training)).toEqual([true, false, true]);
  });

  test('another update is under way', async () => {
    const module = net();
    const running = updateBatchNormStats(module, later([rows(4), rows(4)]));
    const error = await rejection(updateBatchNormStats(module, [rows(4)]));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toBe(
      'BatchNorm1d: its statistics are being updated already: await that first',
    );
    await running;
    expect((module.at(1) as BatchNorm1d).numBatchesTracked).toBe(2);
    expect(module.at(0).training).toBe(false);
  });

  test('asking for the iterator throws', async () => {
    const failure = new TypeError('no such folder');
    const batches = {
      [Symbol.iterator]() {
        throw failure;
      },
    };
    expect(await rejection(updateBatchNormStats(new BatchNorm1d(3), batches))).toBe(failure);
  });

  test.each([
    [{}, [], 'expected a Module, got Object'],
    [randn([2, 3]), [], 'expected a Module, got Tensor'],
    [null, [], 'expected a Module, got null'],
    [new (class Table extends Module {})(), [], 'Table has no forward'],
    [new BatchNorm1d(3), rows(4), 'expected batches to be an iterable or an async iterable'],
    [new BatchNorm1d(3), null, 'of what forward takes, got null'],
    [new BatchNorm1d(3), 'abc', "got 'abc'"],
    ...[Float32Array, Map, Set].flatMap(({ prototype }) => [
      [new BatchNorm1d(3), Object.create(prototype), 'expected batches to be an iterable'],
      [new BatchNorm1d(3), () => Object.create(prototype), 'expected batches to be an iterable'],
    ]),
    [new BatchNorm1d(3), Object.create(new String('ab')), 'expected batches to be an iterable'],
    [new BatchNorm1d(3), { [Symbol.iterator]: 3 }, 'expected batches to be an iterable'],
    [new BatchNorm1d(3), { [Symbol.asyncIterator]: () => 3 }, 'expected batches to be'],
  ])('an argument makes no sense, case %#', async (module, batches, message) => {
    const error = await rejection(updateBatchNormStats(module as never, batches as never));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toContain(message);
  });
});
