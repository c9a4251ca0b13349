import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  type Checkpoint,
  fuse,
  loadSafetensors,
  manualSeed,
  ones,
  Parameter,
  rand,
  randn,
  Sequential,
  type StateDict,
  StateDictError,
  saveSafetensors,
  Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { expectSame } from '../reference/same';
import { thiefOf } from '../take-away';

const { foldBatchNorm, foldStateDict } = fuse;

beforeEach(() => {
  manualSeed(12);
});

function trained(channels: number, eps?: number): BatchNorm2d {
  const bn = new BatchNorm2d(channels, { eps });
  bn.weight?.data.set(randn([channels]).data);
  bn.bias?.data.set(randn([channels]).data);
  bn.runningMean?.data.set(randn([channels]).data);
  bn.runningVar?.data.set(rand([channels]).data);
  return bn.eval();
}

function named(name: string, state: StateDict): StateDict {
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [`${name}.${key}`, value]));
}

/** A net of each kind of layer, with other entries in between. */
function model() {
  const norms = { first: trained(4), block: trained(6), up: trained(6), head: trained(3) };
  const layers = {
    first: { weight: randn([4, 2, 3, 3]) },
    block: { weight: randn([6, 2, 3, 3]), bias: randn([6]) },
    up: { weight: randn([6, 3, 2, 2]), bias: randn([6]) },
    head: { weight: randn([3, 6]) },
  };
  const dict: Checkpoint = {
    scale: ones([1]),
    'conv1.weight': layers.first.weight,
    ...named('bn1', norms.first.stateDict()),
    'layer1.0.conv1.bias': layers.block.bias,
    'layer1.0.conv1.weight': layers.block.weight,
    'layer1.0.conv1.steps': { dtype: 'int32', data: Int32Array.of(1), shape: [1] },
    ...named('layer1.0.bn1', norms.block.stateDict()),
    ...named('layer1.0.bn10', trained(2).stateDict()),
    'up1.weight': layers.up.weight,
    'up1.bias': layers.up.bias,
    epoch: 3,
    ...named('bn_up', norms.up.stateDict()),
    ...named('bn_fc', norms.head.stateDict()),
    'fc.weight': layers.head.weight,
  };
  return { norms, layers, dict };
}

const pairs: fuse.FoldPair[] = [
  ['conv1', 'bn1'],
  ['layer1.0.conv1', 'layer1.0.bn1', { groups: 2 }],
  ['up1', 'bn_up', { kind: 'convTranspose', groups: 2 }],
  ['fc', 'bn_fc'],
];

function expectLayer(dict: Record<string, unknown>, name: string, expected: fuse.FoldedLayer) {
  for (const key of ['weight', 'bias'] as const) {
    const found = dict[`${name}.${key}`] as Tensor;
    expect(found.shape).toEqual(expected[key].shape);
    expectSame(found.data, expected[key].data);
  }
}

test('folds each pair as foldBatchNorm does, and leaves all else as it is', () => {
  const { dict, norms, layers } = model();
  const before = Object.entries(dict);
  const found = foldStateDict(dict, pairs);
  expect(Object.keys(found)).toEqual([
    'scale',
    'conv1.weight',
    'conv1.bias',
    'layer1.0.conv1.bias',
    'layer1.0.conv1.weight',
    'layer1.0.conv1.steps',
    ...['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'].map(
      (key) => `layer1.0.bn10.${key}`,
    ),
    'up1.weight',
    'up1.bias',
    'epoch',
    'fc.weight',
    'fc.bias',
  ]);
  expectLayer(found, 'conv1', foldBatchNorm(layers.first, norms.first, { kind: 'conv' }));
  expectLayer(found, 'layer1.0.conv1', foldBatchNorm(layers.block, norms.block, { kind: 'conv' }));
  const up = { kind: 'convTranspose', groups: 2 } as const;
  expectLayer(found, 'up1', foldBatchNorm(layers.up, norms.up, up));
  expectLayer(found, 'fc', foldBatchNorm(layers.head, norms.head, { kind: 'linear' }));
  const folded = ['conv1', 'layer1.0.conv1', 'up1', 'fc'].flatMap((name) => [
    `${name}.weight`,
    `${name}.bias`,
  ]);
  for (const [key, value] of Object.entries(found)) {
    expect([key, value === dict[key]]).toEqual([key, !folded.includes(key)]);
  }
  expect(
    Object.entries(dict).every(
      ([key, value], i) => before[i]?.[0] === key && before[i]?.[1] === value,
    ),
  ).toBe(true);
});

test('takes eps for all pairs, and for one of its own', () => {
  const dict = {
    'a.weight': randn([2, 2]),
    ...named('b', trained(2).stateDict()),
    'c.weight': randn([2, 2]),
    ...named('d', trained(2).stateDict()),
  };
  const folded = (eps: number, name: string, bn: string) => {
    const norm = new BatchNorm1d(2, { eps }).eval();
    norm.loadStateDict(dict, { prefix: `${bn}.` });
    return foldBatchNorm({ weight: dict[`${name}.weight` as 'a.weight'] }, norm, {
      kind: 'linear',
    });
  };
  const found = foldStateDict(
    dict,
    [
      ['a', 'b'],
      ['c', 'd', { eps: 0 }],
    ],
    { eps: 0.25 },
  );
  expectLayer(found, 'a', folded(0.25, 'a', 'b'));
  expectLayer(found, 'c', folded(0, 'c', 'd'));
  expectLayer(foldStateDict(dict, [['a', 'b']]), 'a', folded(1e-5, 'a', 'b'));
});

test('takes a BatchNorm without affine, without bias, or of PyTorch before it counted', () => {
  const { 'bn.num_batches_tracked': _, ...dict } = {
    'fc.weight': ones([2, 1]),
    ...named('bn', trained(2).stateDict()),
  } as Record<string, Tensor | number>;
  const [mean, variance, gamma] = ['running_mean', 'running_var', 'weight'].map((key) => [
    ...(dict[`bn.${key}`] as Tensor).data,
  ]) as [number[], number[], number[]];
  const invstd = variance.map((v) => 1 / Math.sqrt(v + 1e-5));
  const { 'bn.bias': _bias, ...withoutBias } = dict;
  const { 'bn.weight': _weight, ...bare } = withoutBias;
  const expected = (scale: number[]) => ({
    weight: new Tensor(Float32Array.from(scale), [2, 1]),
    bias: new Tensor(
      Float32Array.from(scale, (s, c) => -(mean[c] as number) * s),
      [2],
    ),
  });
  expectLayer(foldStateDict(bare, [['fc', 'bn']]), 'fc', expected(invstd));
  const scaled = variance.map((v, c) => (gamma[c] as number) / Math.sqrt(v + 1e-5));
  expectLayer(foldStateDict(withoutBias, [['fc', 'bn']]), 'fc', expected(scaled));
});

test('takes what stands for a tensor, and gives tensors with memory of their own', () => {
  const data = Float32Array.of(1, 2);
  const shared = new Parameter(ones([2]));
  const dict = {
    'fc.weight': { data, shape: [2, 1], stride: [1, 1], offset: 0 },
    'bn.running_mean': { data: new Float32Array(2), dims: [2] },
    'bn.running_var': shared,
    untouched: 'text',
  };
  const found = foldStateDict(dict, [['fc', 'bn', { eps: 0 }]]);
  expect(Object.keys(found)).toEqual(['fc.weight', 'fc.bias', 'untouched']);
  expect(found['fc.weight']).toBeInstanceOf(Tensor);
  expect((found['fc.weight'] as Tensor).data).toEqual(data);
  expect((found['fc.weight'] as Tensor).data).not.toBe(data);
});

test('without pairs it is a copy of the dict', () => {
  const dict = { a: ones([1]), b: 1 };
  const found = foldStateDict(dict, []);
  expect(found).not.toBe(dict);
  expect(found).toEqual(dict);
});

test('a key is a key, whatever it is called', () => {
  const dict = Object.fromEntries([
    ['__proto__.weight', ones([1, 1])],
    ['constructor.running_mean', zeros([1])],
    ['constructor.running_var', ones([1])],
    ['__proto__', 1],
  ]);
  const found = foldStateDict(dict, [['__proto__', 'constructor']]);
  expect(Object.keys(found)).toEqual(['__proto__.weight', '__proto__.bias', '__proto__']);
  expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
});

test('from a safetensors file to another', () => {
  const { dict } = model();
  const [file, folded] = ['model', 'folded'].map((name) =>
    join(tmpdir(), `batchnorm-fuse-${process.pid}-${name}.safetensors`),
  ) as [string, string];
  try {
    saveSafetensors(file, dict);
    saveSafetensors(folded, foldStateDict(loadSafetensors(file), pairs));
    const found = loadSafetensors(folded);
    const expected = foldStateDict(dict, pairs);
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const name of ['conv1', 'layer1.0.conv1', 'up1', 'fc']) {
      expectLayer(found, name, {
        weight: expected[`${name}.weight`] as Tensor,
        bias: expected[`${name}.bias`] as Tensor,
      });
    }
  } finally {
    for (const path of [file, folded]) rmSync(path, { force: true });
  }
});

function lines(dict: object, given: unknown, options?: unknown): string[] {
  const call = () =>
    Reflect.apply(
      foldStateDict,
      null,
      [dict, given, options].slice(0, options === undefined ? 2 : 3),
    );
  const said = expectRefused(
    call,
    StateDictError,
    'foldStateDict: Error(s) in folding state_dict:',
  );
  return said.split('\n\t').slice(1);
}

describe('lists what does not fit', () => {
  test('keys that are missing', () => {
    const { dict } = model();
    const { 'bn1.running_var': _, ...rest } = dict;
    expect(
      lines(rest, [
        ['conv1', 'bn1'],
        ['conv2', 'bn_fc'],
      ]),
    ).toEqual(['Missing key(s) in state_dict: "bn1.running_var", "conv2.weight".']);
    expect(lines({}, [['conv1', 'bn1']])).toEqual([
      'Missing key(s) in state_dict: "bn1.running_mean", "bn1.running_var", "conv1.weight".',
    ]);
  });

  test('and says where the names lack a prefix', () => {
    const dict = named('module', named('fc', { weight: ones([1, 1]) }));
    expect(lines(dict, [['fc', 'bn']])).toEqual([
      'Missing key(s) in state_dict: "bn.running_mean", "bn.running_var", "fc.weight". ' +
        'Names are whole: there is "module.fc.weight".',
    ]);
  });

  test('BatchNorms without running statistics, or what is another layer', () => {
    const bn = new BatchNorm2d(2, { trackRunningStats: false });
    const dict = { 'conv.weight': ones([2, 1, 1]), ...named('bn', bn.stateDict()) };
    expect(lines(dict, [['conv', 'bn']])).toEqual([
      '"bn" has no running statistics, "bn.running_mean", "bn.running_var": it is a BatchNorm made ' +
        'with track_running_stats=False, or another layer, and cannot be folded.',
    ]);
  });

  test('a pair the wrong way round', () => {
    const dict = { 'conv.weight': ones([2, 1, 1]), ...named('bn', trained(2).stateDict()) };
    expect(lines(dict, [['bn', 'conv']])).toEqual([
      '"bn" is a BatchNorm and "conv" is none: a pair is [layer, BatchNorm].',
    ]);
  });

  test('keys under the name of a BatchNorm that are none of its own', () => {
    const dict = {
      'fc.weight': ones([2, 1]),
      ...named('bn', trained(2).stateDict()),
      'bn.0.weight': 1,
    };
    expect(lines(dict, [['fc', 'bn']])).toEqual([
      'Unexpected key(s) in state_dict: "bn.0.weight".',
    ]);
  });

  test('names in more than one pair', () => {
    const { dict } = model();
    const given = [
      ['conv1', 'bn1'],
      ['conv1', 'bn1'],
      ['fc', 'bn_fc'],
      ['bn_fc', 'bn1'],
    ];
    expect(lines(dict, given).slice(0, 3)).toEqual([
      '"conv1" is a layer in more than one pair.',
      '"bn1" is the BatchNorm of more than one layer: fold none of them.',
      '"bn_fc" is a layer in one pair and a BatchNorm in another.',
    ]);
  });

  test('of every pair at once, and nothing is folded', () => {
    const { dict } = model();
    const integers = { dtype: 'int64', data: BigInt64Array.of(1n), shape: [1] };
    const given = {
      ...dict,
      'bn1.running_mean': integers,
      'bn1.weight': 3,
      'up1.bias': zeros([2]),
    };
    const found = lines(given, [
      ['conv1', 'bn1'],
      ['layer1.0.conv1', 'layer1.0.bn10'],
      ['up1', 'bn_up', { kind: 'convTranspose', groups: 2 }],
      ['fc', 'bn_fc', { kind: 'conv' }],
    ]);
    expect(found).toEqual([
      expect.stringMatching(/^conv1, bn1: bn1.weight must be a Tensor, .*, got 3$/),
      'conv1, bn1: bn1.running_mean: data must be a Float32Array or a Float64Array, got BigInt64Array',
      'layer1.0.conv1, layer1.0.bn10: layer1.0.bn10.running_mean should have the shape [6], got [2]: ' +
        'layer1.0.conv1.weight of shape [6, 2, 3, 3] (out, in / groups, ...kernel) has 6 output ' +
        "channels: is it kind: 'convTranspose'?",
      'up1, bn_up: up1.bias should have the shape [6], got [2]: up1.weight of shape [6, 3, 2, 2] ' +
        '(in, out / groups, ...kernel) has 6 output channels with groups: 2',
      'fc, bn_fc: expected fc.weight of a conv layer to have 3, 4 or 5 dimensions, got fc.weight of ' +
        'shape [3, 6] (out, in / groups, ...kernel)',
    ]);
  });

  test('memory that reading another entry took away', () => {
    const weight = randn([2, 2]);
    const dict = {
      'fc.weight': weight,
      'bn.running_mean': zeros([2]),
      'bn.running_var': { ...thiefOf(ones([2])), shape: [2] },
    };
    Object.defineProperty(dict['bn.running_var'], 'data', {
      get: () => thiefOf(weight).data.subarray(0, 2),
    });
    expect(lines(dict, [['fc', 'bn']])).toEqual([
      expect.stringContaining('fc, bn: the memory of fc.weight is gone'),
    ]);
  });
});

describe('foldStateDict refuses', () => {
  const dict = {};
  test.each<[string, unknown, unknown, unknown, string]>([
    ['no dict', null, [], {}, 'expected state_dict to be an object of tensors by key, got null'],
    ['a Map', new Map(), [], {}, 'got a Map (convert it with Object.fromEntries)'],
    ['a module', new Sequential(), [], {}, 'got a module: pass its stateDict()'],
    [
      'no pairs',
      dict,
      undefined,
      {},
      "pairs should be an array such as [['conv1', 'bn1']], got undefined",
    ],
    [
      'a pair alone',
      dict,
      ['conv1', 'bn1'],
      {},
      "pairs[0] should be ['conv1', 'bn1'] or ['conv1', 'bn1', { kind }], got 'conv1'",
    ],
    ['half a pair', dict, [['conv1', 'bn1'], ['conv2']], {}, 'pairs[1] should be'],
    [
      'three names',
      dict,
      [['conv1', 'bn1', 'relu1']],
      {},
      "pairs[0]: options should be an object of kind, groups, eps, got 'relu1'",
    ],
    [
      'no name',
      dict,
      [['conv1', 7]],
      {},
      "pairs[0]: a layer's name should be a string such as 'layer1.0.conv1', got 7",
    ],
    ['an empty name', dict, [['', 'bn1']], {}, "got ''"],
    [
      'a dot at the end',
      dict,
      [['conv1.', 'bn1']],
      {},
      "a layer's name comes without the dot at its end, got 'conv1.'",
    ],
    [
      'another kind',
      dict,
      [['conv1', 'bn1', { kind: 'conv2d' }]],
      {},
      "pairs[0]: kind should be 'linear', 'conv' or 'convTranspose', got 'conv2d'",
    ],
    [
      'no groups',
      dict,
      [['conv1', 'bn1', { groups: -1 }]],
      {},
      'pairs[0]: groups should be a positive integer, got -1',
    ],
    [
      'an eps that is none',
      dict,
      [['conv1', 'bn1', { eps: -1 }]],
      {},
      'pairs[0]: eps should be a finite number >= 0, got -1',
    ],
    [
      'an eps for all that is none',
      dict,
      [],
      { eps: Number.NaN },
      'eps should be a finite number >= 0, got NaN',
    ],
    ['an option of one pair for all', dict, [], { kind: 'conv' }, "unknown option 'kind'"],
  ])('%s', (_, given, list, options, message) => {
    const call = () => Reflect.apply(foldStateDict, null, [given, list, options]);
    expect(expectRefused(call, ArgumentError, message)).toMatch(/^foldStateDict: /);
  });
});
