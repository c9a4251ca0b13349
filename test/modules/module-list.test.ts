import {
  ArgumentError,
  BatchNorm1d,
  Identity,
  type Layer,
  LayerNorm,
  Module,
  ModuleDict,
  ModuleList,
  RMSNorm,
  randn,
  Sequential,
  type Tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const norm = () => new BatchNorm1d(3);

class Net extends Module {
  norms = new ModuleList<Module>([norm(), norm(), new LayerNorm(4)]);
  heads = new ModuleDict<Module>({
    b: new ModuleList([new Identity(), new Identity(), new Identity()]),
    a: new Sequential(new LayerNorm(4), new LayerNorm(4)),
  });
}

/** What torch 2.15 prints, and the keys of its state dict. */
const printed = `Net(
  (norms): ModuleList(
    (0-1): 2 x ${new BatchNorm1d(3)}
    (2): ${new LayerNorm(4)}
  )
  (heads): ModuleDict(
    (b): ModuleList(
      (0-2): 3 x Identity()
    )
    (a): Sequential(
      (0): ${new LayerNorm(4)}
      (1): ${new LayerNorm(4)}
    )
  )
)`;
const running = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
const keys = [
  ...[0, 1].flatMap((i) => running.map((key) => `norms.${i}.${key}`)),
  'norms.2.weight',
  'norms.2.bias',
  ...[0, 1].flatMap((i) => [`heads.a.${i}.weight`, `heads.a.${i}.bias`]),
];

test('print as in PyTorch, with its keys in its order', () => {
  expect(String(new Net())).toBe(printed);
  expect(Object.keys(new Net().stateDict())).toEqual(keys);
  expect(String(new ModuleList())).toBe('ModuleList()');
  expect(String(new ModuleDict())).toBe('ModuleDict()');
});

test('what is inside is found', () => {
  const net = new Net().eval();
  expect(net.modules().every(({ training }) => !training)).toBe(true);
  expect(net.namedModules().map(([name]) => name)).toEqual([
    '',
    'norms',
    ...[0, 1, 2].map((i) => `norms.${i}`),
    'heads',
    'heads.b',
    ...[0, 1, 2].map((i) => `heads.b.${i}`),
    'heads.a',
    'heads.a.0',
    'heads.a.1',
  ]);
  expect(net.namedChildren().map(([name]) => name)).toEqual(['norms', 'heads']);
  expect(net.namedParameters().map(([name]) => name)).toEqual(
    keys.filter((key) => /weight|bias/.test(key)),
  );
  const seen: string[] = [];
  net.heads.apply((module) => seen.push(module.constructor.name));
  expect(seen.join()).toBe(
    'Identity,Identity,Identity,ModuleList,LayerNorm,LayerNorm,Sequential,ModuleDict',
  );
  const other = new Net();
  for (const [, parameter] of net.namedParameters()) parameter.data.fill(7);
  other.loadStateDict(net.stateDict());
  expect(other.parameters().every(({ data }) => data.every((value) => value === 7))).toBe(true);
});

test('are made again by fromShared, names, order and modes with them', () => {
  const list = new ModuleList<Module>([
    new ModuleDict({ second: norm(), '1': new RMSNorm(2) }).eval(),
    new Identity(),
  ]);
  const handle = structuredClone(list.share());
  const again = ModuleList.fromShared(handle);
  expect(String(again)).toBe(String(list));
  expect(again.namedModules().map(([name, { training }]) => [name, training])).toEqual(
    list.namedModules().map(([name, { training }]) => [name, training]),
  );
  (list.parameters()[0] as { data: Float32Array }).data.fill(5);
  expect(again.parameters()[0]?.data).toEqual(new Float32Array(2).fill(5));
  const layers = handle.layers as readonly { kind: string }[];
  const broken = {
    ...handle,
    layers: layers.map((node) => (node.kind === 'ModuleDict' ? { ...node, settings: {} } : node)),
  };
  expectRefused(
    () => ModuleList.fromShared(broken as never),
    ArgumentError,
    'module name should be',
  );
});

describe('forward is refused', () => {
  const phrase = (name: string) => `Module [${name}] is missing the required "forward" function`;

  test.each<[string, ModuleList | ModuleDict]>([
    ['ModuleList', new ModuleList([norm()])],
    ['ModuleDict', new ModuleDict({ a: norm() })],
  ])('of a %s', async (name, holder) => {
    const x = randn([2, 3]);
    expectRefused(() => holder.forward(x as never), ArgumentError, phrase(name));
    const first = norm();
    const net = new Sequential(first, holder as unknown as Layer);
    expectRefused(() => net.forward(x), ArgumentError, `1 (${name}) has no forward`);
    await expect(net.forwardAsync(x)).rejects.toThrow(`1 (${name}) has no forward`);
    expect(first.numBatchesTracked).toBe(0);
  });

  test('but not that of a class that extends one', () => {
    class Chain extends ModuleList<BatchNorm1d> {
      override forward(x: Tensor): Tensor {
        return [...this].reduce((y, layer) => layer.forward(y), x);
      }
    }
    const x = randn([4, 3]);
    const y = new Sequential(new Chain([norm(), norm()])).forward(x);
    expect(y.data).toEqual(new Sequential(norm(), norm()).forward(x).data);
  });
});

describe.each<[string, (modules: Layer[]) => ModuleList<Layer> | Sequential]>([
  ['ModuleList', (modules) => new ModuleList(modules)],
  ['Sequential', (modules) => new Sequential(...modules)],
])('%s', (name, make) => {
  const [a, b, c, d] = [norm(), norm(), norm(), norm()] as const;

  test('appends, extends, inserts and pops as a list of Python', () => {
    const list = make([a]);
    expect(list.append(b).extend([c, d])).toBe(list);
    expect([...list]).toEqual([a, b, c, d]);
    expect([list.length, list[0], list.at(-1)]).toEqual([4, a, d]);
    expect(list.pop()).toBe(d);
    expect(list.pop(0)).toBe(a);
    expect([...list]).toEqual([b, c]);
    expect([...list.insert(0, a).insert(3, d)]).toEqual([a, b, c, d]);
    const e = norm();
    expect([...list.insert(-1, e)]).toEqual([a, b, c, e, d]);
    expect(list.namedChildren().map(([key]) => key)).toEqual(['0', '1', '2', '3', '4']);
    expect(list.pop(-2)).toBe(e);
    expect(Object.keys(list.stateDict())).toHaveLength(4 * 5);
    const part = list.slice(1, -1);
    expect([part.constructor.name, ...part]).toEqual([name, b, c]);
    list[0] = e;
    expect([...list]).toEqual([e, b, c, d]);
  });

  test('refuses the rest, and stays what it is', () => {
    const list = make([a, b]);
    const refusals: [() => unknown, string][] = [
      [() => list.append(3 as never), `${name}: expected a Module as layer, got 3`],
      [() => list.extend([c, null as never]), 'expected a Module as layer, got null'],
      [() => list.extend(3 as never), `${name}.extend should be called with an iterable, got 3`],
      [
        () => list.extend(Object.create(Float32Array.prototype)),
        `${name}.extend should be called with an iterable`,
      ],
      [
        () => new ModuleList(new LayerNorm(2) as never),
        'iterable, got LayerNorm: an array of modules is one, [a, b]',
      ],
      [() => make([a]).at(1), 'index 1 is out of range: it has 1 layer'],
      [() => list.insert(3, c), 'index 3 is out of range: it has 2 layers'],
      [() => list.insert(-3, c), 'index -3 is out of range'],
      [() => list.insert(0.5, c), 'index 0.5 is out of range'],
      [() => list.insert(0, {} as never), 'expected a Module as layer, got Object'],
      [() => list.insert(0, list as never), "it can't be a layer of itself"],
      [() => list.pop(2), 'index 2 is out of range'],
      [() => list.at(-3), 'index -3 is out of range'],
      [() => make([]).pop(), 'index -1 is out of range: it has 0 layers'],
      [() => new ModuleList([3 as never]), 'ModuleList: expected a Module as layer, got 3'],
    ];
    for (const [refused, message] of refusals) expectRefused(refused, ArgumentError, message);
    expect([...list]).toEqual([a, b]);
  });
});
