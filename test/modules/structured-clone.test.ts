import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { MessageChannel, Worker } from 'node:worker_threads';
import { BatchNorm1d, LayerNorm, Module, ones, Parameter, Sequential } from 'batchnorm';

class Net extends Module {
  scale = new Parameter(ones([1]));
  norm = new BatchNorm1d(3);
}

const modules: [string, Module][] = [
  ['a layer', new LayerNorm(3)],
  ['a net', new Net()],
  ['a list of layers', new Sequential(new LayerNorm(3))],
  ['an empty one', new Sequential()],
];
const words =
  'a batchnorm module, for which there are module.clone() and, for other threads, module.share()';

describe.each(modules)('%s has no structured clone, which says so', (_, module) => {
  const { port1, port2 } = new MessageChannel();
  afterAll(() => {
    port1.close();
    port2.close();
  });

  test.each<[string, (value: unknown) => unknown]>([
    ['structuredClone', (value) => structuredClone(value)],
    ['postMessage', (value) => port1.postMessage(value)],
    ['workerData', (workerData) => new Worker('', { eval: true, workerData })],
    ['v8.serialize', serialize],
  ])('%s', (name, send) => {
    for (const value of [module, { inside: [module] }]) {
      expect(() => send(value)).toThrow(words);
      try {
        send(value);
      } catch (error) {
        if (name !== 'v8.serialize') expect((error as Error).name).toBe('DataCloneError');
      }
    }
  });
});

test('what can be sent still is: the state, tensors and handles', () => {
  const bn = new BatchNorm1d(3);
  expect(structuredClone(bn.stateDict()).num_batches_tracked).toBe(0);
  expect(structuredClone(bn.weight)).toMatchObject({ shape: [3] });
  new BatchNorm1d(3).useShared(structuredClone(bn.share()));
});

test('nothing else minds', () => {
  const make = () => new Net();
  expect(make()).toEqual(make());
  expect(make()).toStrictEqual(make());
  expect({ ...make() }).toEqual({ ...make() });
  const other = make();
  other.training = false;
  expect(make()).not.toEqual(other);
  expect(JSON.stringify(make())).not.toContain('clone');
  expect(Object.keys(JSON.parse(JSON.stringify(make())))).toEqual(['training', 'scale', 'norm']);
  expect(inspect(make())).toBe(String(make()));
  expect(inspect(make())).not.toContain('clone');
  expect(
    make()
      .namedModules()
      .map(([name]) => name),
  ).toEqual(['', 'norm']);
  expect(Object.keys(make().stateDict())).not.toContain('uncloneable');
});
