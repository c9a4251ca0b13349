import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  functional as F,
  Module,
  manualSeed,
  randn,
  Sequential,
  Tensor,
  tensor,
  updateBatchNormStats,
} from 'batchnorm';

const rowSize = (x: Tensor) => x.size / (x.shape[0] as number);

/** A tensor in batches of so many samples. */
function cut(x: Tensor, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((n) => {
    const part = x.data.slice(start * rowSize(x), (start + n) * rowSize(x));
    start += n;
    return new Tensor(part, [n, ...x.shape.slice(1)]);
  });
}

const cuts = [[24], [12, 12], [2, 2, 20], [8, 15, 1], [1, 23], [1, 1, 1, 21]];

class Net extends Module {
  first = new BatchNorm1d(2, { activation: 'relu', dtype: 'float64' });
  left = new BatchNorm1d(2, { activation: 'relu', dtype: 'float64' });
  right = new BatchNorm1d(2, { dtype: 'float64' });
  last = new BatchNorm1d(2, { dtype: 'float64' });
  training_: boolean[] = [];

  forward(x: Tensor): Tensor {
    const y = this.first.forward(x);
    const left = this.left.forward(y);
    // In another order than that of the fields, and not for each batch.
    const sum = this.right.forward(left);
    this.training_.push(this.training);
    return this.last.forward(
      new Tensor(
        sum.data.map((v, i) => v * v + (y.data[i] ?? 0)),
        x.shape,
      ),
    );
  }
}

manualSeed(3);
const data = randn([24, 2], { dtype: 'float64' });
data.data.forEach((value, i) => {
  data.data[i] = Math.exp(value) * (1 + (i % 5));
});

function statisticsOf(module: Module): number[][] {
  return module
    .modules()
    .filter((layer): layer is BatchNorm1d => layer instanceof BatchNorm1d)
    .flatMap(({ runningMean, runningVar }) => [
      [...(runningMean?.data ?? [])],
      [...(runningVar?.data ?? [])],
    ]);
}

function expectNear(actual: number[][], expected: number[][]): void {
  for (const [i, values] of expected.entries()) {
    for (const [c, value] of values.entries()) expect(actual[i]?.[c]).toBeCloseTo(value, 9);
  }
}

const made = () => {
  const net = new Net();
  net.parameters().forEach(({ data: values }, i) => {
    values.set(values.map((value, c) => value + 0.3 * c - 0.1 * i));
  });
  return net;
};

describe('with perLayer', () => {
  test.each(cuts.map((sizes) => [sizes]))(
    'batches of %j give what one batch gives',
    async (sizes) => {
      const [whole, net] = [made(), made()];
      await updateBatchNormStats(whole, [data]);
      await updateBatchNormStats(net, cut(data, sizes), { perLayer: true });
      expectNear(statisticsOf(net), statisticsOf(whole));
      expect([net.last.numBatchesTracked, net.first.numBatchesTracked]).toEqual([
        sizes.length,
        sizes.length,
      ]);
      expect(net.modules().every(({ training }) => training)).toBe(true);
      // A pass for each of four layers, one behind the other.
      expect(net.training_).toHaveLength(4 * sizes.length);
    },
  );

  test('each layer has the statistics of what comes into it in evaluation', async () => {
    const net = made();
    await updateBatchNormStats(net, cut(data, [5, 19]), { perLayer: true });
    net.eval();
    const y = net.first.forward(data);
    const { mean, variance } = F.moments(net.left.forward(y));
    expectNear([[...mean], [...variance]], statisticsOf(net.right));
  });

  test('layers that are called for some batches alone come in their order', async () => {
    class Sometimes extends Module {
      b = new BatchNorm1d(2, { dtype: 'float64' });
      a = new BatchNorm1d(2, { dtype: 'float64' });
      forward(x: Tensor): Tensor {
        return this.b.forward(x.shape[0] === 4 ? this.a.forward(x) : x);
      }
    }
    const batches = cut(data, [20, 4]);
    const net = new Sometimes();
    await updateBatchNormStats(net, batches, { perLayer: true });
    const [plain, some] = batches as [Tensor, Tensor];
    const a = new BatchNorm1d(2, { dtype: 'float64' });
    await updateBatchNormStats(a, [some]);
    const { data: normalized } = a.eval().forward(some);
    const all = new Tensor(new Float64Array([...plain.data, ...normalized]), [24, 2]);
    const { mean, variance } = F.moments(all);
    expectNear(statisticsOf(net.b), [[...mean], [...variance]]);
  });

  test('batches come from a function too, and have to be the same each time', async () => {
    async function* given() {
      yield* cut(data, [20, 4]);
    }
    const [net, same] = [made(), made()];
    await updateBatchNormStats(net, given, { perLayer: true });
    await updateBatchNormStats(same, cut(data, [20, 4]), { perLayer: true });
    expect(statisticsOf(net)).toEqual(statisticsOf(same));
    const before = statisticsOf(net);
    const once = updateBatchNormStats(net, given(), { perLayer: true });
    await expect(once).rejects.toThrow(ArgumentError);
    await expect(
      updateBatchNormStats(net, cut(data, [20, 4]).values(), { perLayer: true }),
    ).rejects.toThrow(
      'batches gave 2 in the first pass and 0 in another: with perLayer pass an array',
    );
    expect(statisticsOf(net)).toEqual(before);
    expect(net.modules().every(({ training }) => training)).toBe(true);
  });

  test('a failure in a later pass changes nothing', async () => {
    const net = made();
    const before = JSON.stringify(Object.entries(net.stateDict()).map(String));
    let passes = 0;
    const batches = () => {
      passes++;
      if (passes === 3) throw new RangeError('no more');
      return [data];
    };
    await expect(updateBatchNormStats(net, batches, { perLayer: true })).rejects.toThrow('no more');
    expect(JSON.stringify(Object.entries(net.stateDict()).map(String))).toBe(before);
    expect(net.modules().every(({ training }) => training)).toBe(true);
  });
});

describe('without perLayer', () => {
  test.each(cuts.map((sizes) => [sizes]))(
    'a layer that none comes before does not depend on the cut: %j',
    async (sizes) => {
      const net = made();
      await updateBatchNormStats(net, cut(data, sizes));
      const { mean, variance } = F.moments(data);
      expectNear(statisticsOf(net.first), [[...mean], [...variance]]);
    },
  );

  test('one behind it does', async () => {
    const [whole, net] = [made(), made()];
    await updateBatchNormStats(whole, [data]);
    await updateBatchNormStats(net, cut(data, [2, 2, 20]));
    const gap = (net.last.runningVar?.data[0] ?? 0) - (whole.last.runningVar?.data[0] ?? 0);
    expect(Math.abs(gap)).toBeGreaterThan(0.01);
  });
});

describe('a batch of one value per channel', () => {
  test('is normalized with the statistics so far', async () => {
    const outputs: Tensor[] = [];
    class Watched extends Module {
      bn = new BatchNorm1d(1);
      forward(x: Tensor): Tensor {
        const y = this.bn.forward(x);
        outputs.push(y.clone());
        return y;
      }
    }
    const net = new Watched();
    net.bn.eps = 0;
    // The first one: with the running statistics that are there, 0 and 1.
    await updateBatchNormStats(net, [tensor([[7]]), tensor([[1], [4]]), tensor([[10]])]);
    expect(outputs[0]?.toArray()).toEqual([[7]]);
    // 7, 1 and 4 have the mean 4 and the variance 6.
    expect(outputs[2]?.item()).toBeCloseTo(Math.sqrt(6), 6);
    expect(net.bn.runningMean?.item()).toBeCloseTo(5.5, 6);
    expect(net.bn.runningVar?.item()).toBeCloseTo(11.25, 5);
    expect(net.bn.numBatchesTracked).toBe(3);
  });

  test.each(['forward', 'forwardAsync'] as const)(
    'of pictures too, by %s of a net',
    async (pass) => {
      const x = randn([5, 3, 1, 1]);
      const first = new BatchNorm2d(3, { activation: 'relu' });
      const net = new Sequential(first, new BatchNorm2d(3));
      class Outer extends Module {
        readonly net = net;
        forward(batch: Tensor) {
          return this.net[pass](batch);
        }
      }
      await updateBatchNormStats(new Outer(), cut(x, [4, 1]));
      const { mean, variance } = F.moments(x);
      expect(first.runningMean?.data).toEqual(Float32Array.from(mean));
      for (const c of [0, 1, 2]) expect(first.runningVar?.data[c]).toBeCloseTo(variance[c] ?? 0, 5);
      expect((net.at(1) as BatchNorm2d).numBatchesTracked).toBe(2);
    },
  );

  test('in training itself is an error as ever', () => {
    expect(() => new BatchNorm1d(2).forward(tensor([[1, 2]]))).toThrow(
      'Expected more than 1 value',
    );
  });
});

test('of the pairs that a data loader gives, forward takes the first', async () => {
  const [net, same] = [made(), made()];
  const parts = cut(data, [20, 4]);
  await updateBatchNormStats(
    net,
    parts.map((x, i): [Tensor, Tensor] => [x, tensor([i])]),
  );
  await updateBatchNormStats(same, parts);
  expect(statisticsOf(net)).toEqual(statisticsOf(same));
});

test.each([
  [{ perLayer: 1 }, 'perLayer should be true or false'],
  [{ perlayer: true }, "unknown option 'perlayer'"],
])('options that make no sense, case %#', async (options, message) => {
  await expect(updateBatchNormStats(made(), [data], options as never)).rejects.toThrow(message);
  await expect(updateBatchNormStats(made(), (() => 3) as never)).rejects.toThrow('got 3');
});
