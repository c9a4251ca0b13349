import {
  ArgumentError,
  BatchNorm2d,
  DTypeError,
  InstanceNorm2d,
  LazyBatchNorm2d,
  LazyInstanceNorm2d,
  randn,
  Sequential,
  ShapeError,
  Tensor,
  updateBatchNormStats,
} from 'batchnorm';
import { bits, stateBits } from './bits';

const x = randn([3, 4, 6, 5]);

/** What `forwardAsync` rejects with; it may not throw. */
async function rejected(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error) => error,
  );
}

test('what forward throws is what the promise is rejected with, and nothing changes', async () => {
  const bn = new BatchNorm2d(4);
  const before = stateBits(bn);
  const norm = new InstanceNorm2d(4, { trackRunningStats: true });
  const calls: [Promise<unknown>, unknown, string][] = [
    [bn.forwardAsync(randn([3, 4])), ShapeError, 'BatchNorm2d: expected 4D input (got 2D input)'],
    [bn.forwardAsync(randn([3, 5, 2, 2])), ShapeError, 'numFeatures is 4, but the input has 5'],
    [bn.forwardAsync(x.to({ dtype: 'float64' })), DTypeError, 'but found float32'],
    [bn.forwardAsync(x, { out: randn([3]) }), ShapeError, "out should have the input's shape"],
    [bn.forwardAsync(null as never), ArgumentError, 'BatchNorm2d: input must be a Tensor'],
    [bn.forwardAsync(x, null as never), ArgumentError, 'options should be an object of'],
    [bn.forwardAsync(x, { grad: 1 as never }), ArgumentError, 'grad should be true or false'],
    [bn.forwardAsync(x, { size: 1 } as never), ArgumentError, 'unknown option'],
    [norm.forwardAsync(randn([2, 4, 1, 1])), ShapeError, 'more than 1 spatial element'],
    [new Sequential(bn).forwardAsync(randn([1])), ShapeError, 'Sequential: 0 (BatchNorm2d): exp'],
  ];
  for (const [call, type, message] of calls) {
    const error = await rejected(call);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(message);
  }
  expect(stateBits(bn)).toEqual(before);
});

describe.each([LazyBatchNorm2d, LazyInstanceNorm2d])('%p', (Lazy) => {
  test('takes its channels when it is called, and calls made at once see them', async () => {
    const [sync, async] = [new Lazy(), new Lazy()];
    const first = async.forwardAsync(x);
    const second = rejected(async.forwardAsync(randn([2, 5, 2, 2])));
    expect(async.numFeatures).toBe(4);
    expect(((await second) as Error).message).toContain('numFeatures is 4');
    expect(bits(await first)).toEqual(bits(sync.forward(x)));
    expect(stateBits(async)).toEqual(stateBits(sync));
  });

  test('stays lazy where its first input is refused', async () => {
    const lazy = new Lazy();
    await expect(lazy.forwardAsync(randn([1, 4, 1, 1]))).rejects.toThrow(ShapeError);
    expect(lazy.numFeatures).toBe(0);
    expect(lazy.constructor).toBe(Lazy);
  });

  test('has its channels, and no statistic, after a first call that was aborted', async () => {
    const [lazy, fresh] = [new Lazy(), new Lazy()];
    const controller = new AbortController();
    const call = lazy.forwardAsync(x, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toBe(controller.signal.reason);
    fresh.loadStateDict(lazy.stateDict());
    expect(lazy.numFeatures).toBe(4);
    expect(lazy.numBatchesTracked).toBe(0);
    expect([...(lazy.runningVar as Tensor).data]).toEqual([1, 1, 1, 1]);
  });
});

test('updateBatchNormStats of a net that goes forward off the event loop', async () => {
  class Net extends Sequential {
    override forward(input: Tensor): Tensor {
      return super.forwardAsync(input) as unknown as Tensor;
    }
  }
  const batches = [1, 2, 3].map(() => randn([5, 4, 3, 3]));
  const [sync, async] = [
    new Sequential(new BatchNorm2d(4), new BatchNorm2d(4)),
    new Net(new BatchNorm2d(4), new BatchNorm2d(4)),
  ];
  await updateBatchNormStats(sync, batches);
  await updateBatchNormStats(async, batches);
  expect(stateBits(async)).toEqual(stateBits(sync));
});

test('a module that moves to shared memory in the middle of a call keeps what the call changes', async () => {
  const [sync, async] = [new BatchNorm2d(4), new BatchNorm2d(4)];
  const call = async.forwardAsync(x);
  async.share();
  expect(bits(await call)).toEqual(bits(sync.forward(x)));
  expect(stateBits(async)).toEqual(stateBits(sync));
});

test('a single sample of InstanceNorm, channels last, as forward has it', async () => {
  const [sync, async] = [1, 2].map(() => new InstanceNorm2d(6, { affine: true })) as [
    InstanceNorm2d,
    InstanceNorm2d,
  ];
  const one = new Tensor(randn([6, 40, 50]).data, [6, 40, 50], 'channelsLast');
  const dy = randn([6, 40, 50]);
  expect(bits(await async.forwardAsync(one))).toEqual(bits(sync.forward(one)));
  expect(bits(async.backward(dy))).toEqual(bits(sync.backward(dy)));
  expect(stateBits(async)).toEqual(stateBits(sync));
});
