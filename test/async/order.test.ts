import { BatchNorm1d, BatchNorm2d, functional as F, ones, randn, Tensor, zeros } from 'batchnorm';
import { inTurn } from '../../lib/async/turns';
import { bits, stateBits, toShared } from './bits';

/** Batches of 2 to 40,000 values a channel: later ones would be done first. */
const batches = Array.from({ length: 20 }, (_, i) => randn([2 + (i % 4 === 0 ? 4000 : i), 3, 10]));

test.each([0.1, null])(
  '20 training calls at once, momentum %s: as one after the other',
  async (momentum) => {
    const [sync, async] = [new BatchNorm1d(3, { momentum }), new BatchNorm1d(3, { momentum })];
    const expected = batches.map((x) => bits(sync.forward(x)));
    const done: number[] = [];
    const outputs = await Promise.all(
      batches.map(async (x, i) => {
        const y = await async.forwardAsync(i % 3 === 0 ? toShared(x) : x);
        done.push(i);
        return bits(y);
      }),
    );
    expect(outputs).toEqual(expected);
    expect(done).toEqual(batches.map((_, i) => i));
    expect(async.numBatchesTracked).toBe(20);
    expect(stateBits(async)).toEqual(stateBits(sync));
  },
);

test('each call has the mode that the module had when it was made', async () => {
  const bn = new BatchNorm2d(2);
  const x = randn([4, 2, 30, 30]);
  const first = bn.forwardAsync(x);
  bn.eval();
  const second = bn.forwardAsync(x);
  bn.train();
  const third = bn.forwardAsync(x);
  const ys = (await Promise.all([first, second, third])).map(bits);
  const sync = new BatchNorm2d(2);
  const expected = [sync.forward(x), sync.eval().forward(x), sync.train().forward(x)].map(bits);
  expect(ys).toEqual(expected);
  expect(bn.numBatchesTracked).toBe(2);
});

test('calls in evaluation mode run side by side', async () => {
  const bn = new BatchNorm2d(4).eval();
  const done: string[] = [];
  await Promise.all([
    bn.forwardAsync(randn([64, 4, 100, 100])).then(() => done.push('large')),
    bn.forwardAsync(randn([1, 4, 2, 2])).then(() => done.push('small')),
  ]);
  expect(done).toEqual(['small', 'large']);
});

test('parameters and running statistics are those of the moment when the turn comes', async () => {
  const bn = new BatchNorm2d(1).eval();
  const x = ones([1, 1, 1000, 1000]);
  const pending = bn.forwardAsync(x);
  bn.loadStateDict({ ...bn.stateDict(), weight: { data: Float32Array.of(7), shape: [1] } });
  const expected = new BatchNorm2d(1).eval().forward(x);
  expect(bits(await pending)).toEqual(bits(expected));
});

test('a synchronous call does not wait, and its backward is its own', async () => {
  const bn = new BatchNorm2d(2);
  const [x, z, dy] = [randn([8, 2, 100, 100]), randn([3, 2, 4, 4]), randn([3, 2, 4, 4])];
  const pending = bn.forwardAsync(x, { grad: false });
  bn.forward(z);
  expect(bn.numBatchesTracked).toBe(1);
  const dx = bn.backward(dy);
  await pending;
  const sync = new BatchNorm2d(2);
  sync.forward(z);
  expect(bits(dx)).toEqual(bits(sync.backward(dy)));
  sync.zeroGrad();
  bn.zeroGrad();
  sync.forward(x, { grad: false });
  expect(stateBits(bn)).toEqual(stateBits(sync));
});

test('backward goes through the call that was made last, whichever is done last', async () => {
  const bn = new BatchNorm2d(2).eval();
  const [large, small, dy] = [randn([64, 2, 80, 80]), randn([2, 2, 3, 3]), randn([2, 2, 3, 3])];
  const [a, b] = [bn.forwardAsync(large, { grad: true }), bn.forwardAsync(small, { grad: true })];
  await Promise.all([a, b]);
  bn.forward(small, { grad: false });
  expect(() => bn.backward(dy)).toThrow('there is no forward pass');
  await Promise.all([
    bn.forwardAsync(large, { grad: true }),
    bn.forwardAsync(small, { grad: true }),
  ]);
  const sync = new BatchNorm2d(2).eval();
  sync.forward(small, { grad: true });
  expect(bits(bn.backward(dy))).toEqual(bits(sync.backward(dy)));
});

test('for backward those that are pending come after a synchronous call', async () => {
  const bn = new BatchNorm2d(2);
  const [x, z, dy] = [1, 2, 3].map(() => randn([8, 2, 10, 10])) as [Tensor, Tensor, Tensor];
  const pending = bn.forwardAsync(x);
  bn.forward(z);
  await pending;
  const sync = new BatchNorm2d(2);
  sync.forward(x);
  expect(bits(bn.backward(dy))).toEqual(bits(sync.backward(dy)));
});

test('backward before the call is done says what to wait for, and can be made again', async () => {
  const bn = new BatchNorm2d(2);
  const x = randn([8, 2, 10, 10]);
  const pending = bn.forwardAsync(x);
  expect(() => bn.backward(x)).toThrow('and backward only once for it; await forwardAsync first');
  await pending;
  expect(bn.backward(x).shape).toEqual(x.shape);
});

test('a call waits for more others than the arguments of a function could be', async () => {
  const things = new Set([{}]);
  let done = 0;
  const others = Array.from({ length: 140_000 }, () =>
    inTurn(things, false, null, async () => {
      await null;
      done++;
    }),
  );
  expect(await inTurn(things, true, null, async () => done)).toBe(140_000);
  await Promise.all(others);
});

test('functions that update the same running statistics do so in order', async () => {
  const run = async (batchNorm: (...all: Parameters<typeof F.batchNorm>) => Promise<Tensor>) => {
    const [mean, variance] = [zeros([3]), ones([3])];
    const ys = batches.map((x) => batchNorm(x, mean, variance, { training: true }));
    const after = batchNorm(batches[1] as Tensor, mean, variance);
    return [...(await Promise.all([...ys, after])), mean, variance].map(bits);
  };
  const sync = async (...all: Parameters<typeof F.batchNorm>) => F.batchNorm(...all);
  expect(await run(F.batchNormAsync)).toEqual(await run(sync));
  const both = new Tensor(new Float32Array(6), [6]);
  const halves = [0, 3].map((at) => new Tensor(both.data.subarray(at, at + 3), [3]));
  const [mean, variance] = halves as [Tensor, Tensor];
  const calls = batches.map((x) => F.batchNormAsync(x, mean, variance, { training: true }));
  await expect(Promise.all(calls)).resolves.toHaveLength(20);
});
