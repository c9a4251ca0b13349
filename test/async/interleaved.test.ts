import { BatchNorm2d, InstanceNorm2d, Module, randn, Sequential, type Tensor } from 'batchnorm';
import fc from 'fast-check';
import { bits, stateBits } from './bits';

/** Two nets that share a layer, one of them with a layer that knows nothing of asynchronous calls. */
function modules() {
  const shared = new BatchNorm2d(2, { momentum: null });
  class Plain extends Module {
    norm = new InstanceNorm2d(2, { trackRunningStats: true });

    forward(x: Tensor): Tensor {
      return this.norm.forward(x);
    }
  }
  const plain = new Plain();
  const one = new Sequential(shared, new BatchNorm2d(2, { activation: 'relu' }));
  const other = new Sequential(new Sequential(plain, shared), shared);
  return { shared, one, other };
}

const call = fc.record({
  on: fc.constantFrom('shared' as const, 'one' as const, 'other' as const),
  training: fc.boolean(),
  samples: fc.constantFrom(2, 3, 40, 2000),
  /** After how many turns of the event loop it is aborted; null for never. */
  abort: fc.option(fc.integer({ min: 0, max: 12 }), { freq: 2 }),
  /** How many turns come before the next call. */
  wait: fc.constantFrom(0, 0, 0, 1, 3),
});

const inputs = new Map([2, 3, 40, 2000].map((samples) => [samples, randn([samples, 2, 3, 3])]));

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

test('any calls at once, some aborted: as those that were not, one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 12 }), async (calls) => {
      const [sync, async] = [modules(), modules()];
      const pending: Promise<unknown>[] = [];
      for (const { on, training, samples, abort, wait } of calls) {
        const controller = new AbortController();
        const { signal } = controller;
        const module = async[on].train(training);
        const result = module.forwardAsync(inputs.get(samples) as Tensor, { signal });
        pending.push(result.then(bits, () => null));
        if (abort !== null) void turns(abort).then(() => controller.abort());
        await turns(wait);
      }
      const results = await Promise.all(pending);
      for (const [i, { on, training, samples, abort }] of calls.entries()) {
        const module = sync[on].train(training);
        if (results[i] === null) {
          expect(abort).not.toBeNull();
          continue;
        }
        expect(results[i]).toEqual(bits(module.forward(inputs.get(samples) as Tensor)));
      }
      for (const name of ['shared', 'one', 'other'] as const) {
        expect(stateBits(async[name])).toEqual(stateBits(sync[name]));
      }
    }),
    { numRuns: 60 },
  );
});
