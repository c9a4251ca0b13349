import {
  ArgumentError,
  BatchNorm1d,
  type FrozenBatchNorm1d,
  freezeBatchNorm,
  LayerNorm,
  type Module,
  ModuleDict,
  ModuleList,
  randn,
  Sequential,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const [a, b, c] = [new BatchNorm1d(3), new BatchNorm1d(3), new BatchNorm1d(3)] as const;

test('holds modules by name, in the order in which these came', () => {
  const dict = new ModuleDict({ b, a });
  expect(dict.set('2', c)).toBe(dict);
  expect([...dict.keys(), ...dict, dict.size]).toEqual(['b', 'a', '2', 'b', 'a', '2', 3]);
  expect([...dict.values()]).toEqual([b, a, c]);
  expect([...dict.items()]).toEqual([
    ['b', b],
    ['a', a],
    ['2', c],
  ]);
  expect([dict.get('a'), dict.has('a'), dict.has('z')]).toEqual([a, true, false]);
  expect(dict.set('b', c).get('b')).toBe(c);
  expect([...dict]).toEqual(['b', 'a', '2']);
  expect(dict.pop('b')).toBe(c);
  expect([dict.delete('a'), dict.delete('a'), ...dict]).toEqual([true, false, '2']);
  dict.clear();
  expect([dict.size, Object.keys(dict.stateDict())]).toEqual([0, []]);
});

test('updates from all that holds names and modules', () => {
  for (const modules of [
    { a, b },
    new Map([
      ['a', a],
      ['b', b],
    ]),
    new ModuleDict({ a, b }),
    new ModuleDict({ a, b }).items(),
    [
      ['a', a],
      ['b', b],
    ] as const,
  ]) {
    const dict = new ModuleDict({ c }).update(modules);
    expect([...dict.items()]).toEqual([
      ['c', c],
      ['a', a],
      ['b', b],
    ]);
  }
});

test('refuses the rest, and stays what it is', () => {
  class Named extends ModuleDict {
    scale = 1;
  }
  const dict = new Named({ a });
  const inside = new Sequential(dict as never);
  const refusals: [() => unknown, string][] = [
    [() => dict.get('z'), "Named: there is no module 'z': it has 'a'"],
    [() => new ModuleDict().get('z'), "there is no module 'z': it is empty"],
    [() => dict.pop('z'), "there is no module 'z'"],
    [() => dict.set('x.y', b), `can't be empty or contain "."`],
    [() => dict.set('', b), `can't be empty or contain "."`],
    [() => dict.set('scale', b), "attribute 'scale' already exists"],
    [() => dict.set('training', b), "attribute 'training' already exists"],
    [() => dict.set(3 as never, b), 'module name should be a string, got 3'],
    [() => dict.set('b', 3 as never), "expected a Module as 'b', got 3"],
    [() => dict.set('b', dict), "it can't be a module of itself"],
    [() => dict.set('b', inside), "it can't be a module of itself"],
    [() => dict.update({ b, c: null as never }), "expected a Module as 'c', got null"],
    [() => dict.update(3 as never), 'Named.update should be called with an object of modules'],
    [() => dict.update(b as never), 'got Object'],
    [() => dict.update(Object.create(Map.prototype)), 'update should be called with an object'],
    [() => dict.update([1] as never), 'element 0 should be a pair [name, module], got 1'],
  ];
  for (const [refused, message] of refusals) expectRefused(refused, ArgumentError, message);
  expect([...dict.items()]).toEqual([['a', a]]);
});

test('has its BatchNorms frozen in their places, and in a list, too', () => {
  const net = new ModuleDict<Module>({
    norm: new BatchNorm1d(3),
    list: new ModuleList<Module>([new LayerNorm(3), new BatchNorm1d(3)]),
  });
  freezeBatchNorm(net);
  expect(net.namedModules().map(([name, module]) => [name, module.constructor.name])).toEqual([
    ['', 'ModuleDict'],
    ['norm', 'FrozenBatchNorm1d'],
    ['list', 'ModuleList'],
    ['list.0', 'LayerNorm'],
    ['list.1', 'FrozenBatchNorm1d'],
  ]);
  expect((net.get('norm') as FrozenBatchNorm1d).forward(randn([2, 3])).shape).toEqual([2, 3]);
});
