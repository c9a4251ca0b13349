import {
  ArgumentError,
  BatchNorm1d,
  LayerNorm,
  Module,
  ModuleList,
  ones,
  Parameter,
  randn,
  Sequential,
  type Tensor,
  updateBatchNormStats,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

class Net extends Module {
  first = new BatchNorm1d(3);
  forward(x: Tensor): Tensor {
    return this.first.forward(x);
  }
}

const withField = (value: unknown) => Object.assign(new Net(), { blocks: value });

/** Each way to ask for what is inside. */
const asking: [string, (net: Net) => unknown][] = [
  ['train', (net) => net.train()],
  ['eval', (net) => net.eval()],
  ['stateDict', (net) => net.stateDict()],
  ['loadStateDict', (net) => net.loadStateDict(new Net().stateDict())],
  ['parameters', (net) => net.parameters()],
  ['buffers', (net) => net.buffers()],
  ['namedModules', (net) => net.namedModules()],
  ['children', (net) => net.children()],
  ['apply', (net) => net.apply(() => {})],
  ['zeroGrad', (net) => net.zeroGrad()],
  ['requiresGrad_', (net) => net.requiresGrad_(false)],
  ['share', (net) => net.share()],
];

test.each(asking)('%s refuses modules in an array, and names them', (name, ask) => {
  const net = withField([new BatchNorm1d(3), new LayerNorm(3)]);
  const outer = Object.assign(new Net(), { net });
  for (const refused of [
    () => ask(net),
    () => ask(name === 'children' ? outer.net : outer),
    () => new Sequential(net),
    () => new ModuleList([net]),
  ]) {
    expectRefused(
      refused,
      ArgumentError,
      "Net: field 'blocks' holds modules in an Array (BatchNorm1d [0], LayerNorm [1]), where " +
        'train(), stateDict() and parameters() do not find them: use a ModuleList',
    );
  }
  for (const { training, first } of [net, outer]) {
    expect([training, first.training, first.weight?.requiresGrad]).toEqual([true, true, true]);
  }
});

const norm = () => new LayerNorm(3);

test.each<[string, unknown, string]>([
  ['a Map', new Map([['a', norm()]]), "in a Map (LayerNorm .get('a')), where"],
  ['a Map', new Map([['a', norm()]]), 'use a ModuleDict'],
  ['keys of a Map', new Map([[norm(), 1]]), 'in a Map (LayerNorm as a key)'],
  ['a Set', new Set([norm()]), 'in a Set (LayerNorm in it)'],
  ['a Set', new Set([norm()]), 'use a ModuleList'],
  ['an object', { a: 1, b: norm() }, 'in an Object (LayerNorm .b)'],
  ['an object', { b: norm() }, 'use a ModuleDict'],
  ['an object without a prototype', Object.assign(Object.create(null), { b: norm() }), '.b'],
  ['arrays in an array', [[1, norm()], [norm()]], '(LayerNorm [0][1], LayerNorm [1][0])'],
  ['objects in an array', [{ x: { y: norm() } }], '(LayerNorm [0].x.y)'],
  [
    'more than a message should list',
    Array.from({ length: 9 }, norm),
    '(LayerNorm [0], LayerNorm [1], LayerNorm [2], ...)',
  ],
  [
    'parameters',
    [new Parameter(ones([1]))],
    "field 'blocks' holds parameters in an Array (Parameter [0]), where train(), stateDict() and " +
      'parameters() do not find them: put each into a field of its own',
  ],
])('%s', (_, value, message) => {
  expectRefused(() => withField(value).eval(), ArgumentError, message);
});

test('what the module finds elsewhere may be in an array too', () => {
  class Listed extends Net {
    list = new ModuleList([new LayerNorm(3)]);
    all: unknown[] = [this.first, ...this.list, this.first.weight];
    byName = new Map(this.namedModules());
  }
  const net = new Listed().eval();
  expect(Object.keys(net.stateDict())).toHaveLength(7);
  net.all.push(new LayerNorm(3));
  expectRefused(
    () => net.eval(),
    ArgumentError,
    "field 'all' holds modules in an Array (LayerNorm [3])",
  );
});

test('what holds no modules is nobody’s business, nor is a #private field', () => {
  class Private extends Net {
    readonly #teacher = new BatchNorm1d(3);
    sizes = [1, 2, [3]];
    classes = { BatchNorm1d };
    table = new Map([['a', ones([2])]]);
    self: unknown[] = [];
    get teacher() {
      return this.#teacher;
    }
  }
  const net = new Private();
  net.self.push(net.self);
  net.eval();
  expect([net.first.training, net.teacher.training]).toEqual([false, true]);
  expect(Object.keys(net.stateDict())).toHaveLength(5);
});

test('printing and passes do not look', async () => {
  const net = withField([new LayerNorm(3)]);
  expect(String(net)).toBe(String(new Net()));
  expect(net.forward(randn([2, 3])).shape).toEqual([2, 3]);
  await expect(updateBatchNormStats(net, [randn([4, 3])])).rejects.toThrow('use a ModuleList');
});

test('a long array is looked through at its beginning alone', () => {
  let read = 0;
  const long = new Proxy(Array(1e6).fill(0), {
    get(target, key, receiver) {
      read++;
      return Reflect.get(target, key, receiver);
    },
  });
  withField(long).eval();
  expect(read).toBeLessThan(1e4);
});
