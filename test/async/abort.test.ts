import { getEventListeners } from 'node:events';
import {
  BatchNorm2d,
  empty,
  functional as F,
  Identity,
  ones,
  randn,
  Sequential,
  Tensor,
  transforms,
  zeros,
} from 'batchnorm';
import { native } from '../../lib/native';
import { bits, stateBits } from './bits';

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

const reason = new Error('no longer wanted');

/** A layer after two passes, one of which is kept for backward. */
function trained(): BatchNorm2d {
  const bn = new BatchNorm2d(4, { activation: 'relu' });
  bn.forward(randn([2, 4, 3, 3]));
  return bn;
}

test('aborted at any moment: its reason, and nothing has changed; else the call is whole', async () => {
  const x = randn([16, 4, 70, 70]);
  const residual = randn([16, 4, 70, 70]);
  const outcomes = { aborted: 0, done: 0 };
  for (let moment = 0; outcomes.done < 3; moment++) {
    const bn = trained();
    const other = new BatchNorm2d(4, { activation: 'relu' });
    other.loadStateDict(bn.stateDict());
    const before = stateBits(bn);
    const controller = new AbortController();
    const { signal } = controller;
    const out = moment % 2 === 0 ? null : x.clone();
    const call = bn.forwardAsync(x, { residual, out, signal }).then(
      (y) => ({ y, error: null }),
      (error: unknown) => ({ y: null, error }),
    );
    await turns(moment);
    controller.abort(reason);
    const { y, error } = await call;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    if (y === null) {
      outcomes.aborted++;
      expect(error).toBe(reason);
      expect(stateBits(bn)).toEqual(before);
      // What the pass before has kept is there still.
      expect(bn.backward(randn([2, 4, 3, 3])).shape).toEqual([2, 4, 3, 3]);
    } else {
      outcomes.done++;
      expect(bits(y)).toEqual(bits(other.forward(x, { residual })));
      expect(stateBits(bn)).toEqual(stateBits(other));
    }
  }
  expect(outcomes.aborted).toBeGreaterThan(3);
});

test('a signal that is aborted already: nothing is begun', async () => {
  const bn = trained();
  const before = stateBits(bn);
  const signal = AbortSignal.abort();
  await expect(bn.forwardAsync(randn([2, 4, 3, 3]), { signal })).rejects.toBe(signal.reason);
  expect(signal.reason.name).toBe('AbortError');
  expect(stateBits(bn)).toEqual(before);
});

test('aborted right after the call, where there is nothing to wait for', async () => {
  const bn = trained();
  const before = stateBits(bn);
  const calls = [
    (signal: AbortSignal) => new Identity().forwardAsync(randn([2]), { signal }),
    (signal: AbortSignal) => bn.forwardAsync(empty([0, 4, 2, 2]), { signal }),
    (signal: AbortSignal) => new Sequential().forwardAsync(randn([2]), { signal }),
    (signal: AbortSignal) => F.layerNormAsync(empty([0, 3]), 3, { signal }),
    (signal: AbortSignal) => F.momentsAsync(empty([0, 3]), { signal }),
  ];
  for (const call of calls) {
    const controller = new AbortController();
    const pending = call(controller.signal);
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  }
  expect(stateBits(bn)).toEqual(before);
});

test('aborted right after the call, of shared memory: the work is not started', async () => {
  const start = jest.spyOn(native, 'start');
  const controller = new AbortController();
  const { signal } = controller;
  const x = Tensor.shared([2, 4, 3, 3]);
  const pending = new BatchNorm2d(4).forwardAsync(x, { out: x, signal });
  controller.abort(reason);
  await expect(pending).rejects.toBe(reason);
  expect(start).not.toHaveBeenCalled();
  await new BatchNorm2d(4).forwardAsync(x, { out: x });
  expect(start).toHaveBeenCalledTimes(1);
  start.mockRestore();
});

test('AbortSignal.timeout: its TimeoutError', async () => {
  const bn = new BatchNorm2d(4);
  const x = randn([32, 4, 100, 100]);
  const signal = AbortSignal.timeout(1);
  const calls = Array.from({ length: 3 }, () => bn.forwardAsync(x, { signal }));
  // Timers that are due come before whatever other threads have done.
  const due = performance.now() + 2;
  while (performance.now() < due);
  const results = await Promise.allSettled(calls);
  const names = results.map((result) => (result as PromiseRejectedResult).reason?.name);
  expect(names).toEqual(Array(3).fill('TimeoutError'));
  expect(bn.numBatchesTracked).toBe(0);
});

test('one that waits for its turn gives it up at once, and those behind it keep their order', async () => {
  const bn = new BatchNorm2d(4);
  const controllers = Array.from({ length: 6 }, () => new AbortController());
  const inputs = controllers.map((_, i) => randn([i === 0 ? 64 : 2, 4, 50, 50]));
  const done: string[] = [];
  const calls = inputs.map((x, i) =>
    bn.forwardAsync(x, { signal: controllers[i]?.signal }).then(
      () => done.push(`${i} done`),
      (error) => done.push(`${i} ${error.message}`),
    ),
  );
  controllers[1]?.abort(new Error('one'));
  controllers[3]?.abort(new Error('three'));
  await Promise.all(calls);
  expect(done).toEqual(['1 one', '3 three', '0 done', '2 done', '4 done', '5 done']);
  const sync = new BatchNorm2d(4);
  for (const i of [0, 2, 4, 5]) sync.forward(inputs[i] as Tensor);
  expect(stateBits(bn)).toEqual(stateBits(sync));
});

test('an abort after the end has no effect', async () => {
  const controller = new AbortController();
  const bn = new BatchNorm2d(4);
  await bn.forwardAsync(randn([2, 4, 3, 3]), { signal: controller.signal });
  controller.abort();
  await turns(3);
  expect(bn.numBatchesTracked).toBe(1);
});

test('functions and Normalize end with the reason too, and leave running statistics', async () => {
  const x = randn([8, 3, 100, 100]);
  const [mean, variance] = [zeros([3]), ones([3])];
  const normalize = new transforms.Normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);
  const dy = ones(x.shape);
  const calls: ((signal: AbortSignal) => Promise<unknown>)[] = [
    (signal) => F.batchNormAsync(x, mean, variance, { training: true, signal }),
    (signal) => F.batchNormAsync(x, mean, variance, { signal }),
    (signal) => F.layerNormAsync(x, 100, { signal }),
    (signal) => F.groupNormAsync(x, 3, { signal }),
    (signal) => F.rmsNormAsync(x, 100, { signal }),
    (signal) => F.instanceNormAsync(x, { runningMean: mean, runningVar: variance, signal }),
    (signal) => F.batchNormBackwardAsync(dy, x, { mean, invstd: variance, signal }),
    (signal) => F.layerNormBackwardAsync(dy, x, 100, { signal }),
    (signal) => F.groupNormBackwardAsync(dy, x, 3, { signal }),
    (signal) => F.rmsNormBackwardAsync(dy, x, 100, { signal }),
    (signal) => F.instanceNormBackwardAsync(dy, x, { signal }),
    (signal) => F.momentsAsync(x, { signal }),
    (signal) => normalize.forwardAsync(x, { signal }),
  ];
  for (const call of calls) {
    await expect(call(AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const pending = call(controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(pending).rejects.toBe(reason);
  }
  expect([...mean.data, ...variance.data]).toEqual([0, 0, 0, 1, 1, 1]);
});

test.each([1, 'abort', {}, () => {}])('%p is no signal', async (signal) => {
  const bn = new BatchNorm2d(4);
  const call = bn.forwardAsync(randn([2, 4, 3, 3]), { signal: signal as never });
  await expect(call).rejects.toThrow('BatchNorm2d: signal should be an AbortSignal, got');
});
