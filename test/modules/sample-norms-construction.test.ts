import { inspect } from 'node:util';
import {
  ArgumentError,
  DTypeError,
  GroupNorm,
  InstanceNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  Module,
  Parameter,
  RMSNorm,
  randn,
  ShapeError,
  StateDictError,
  tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { layerKinds } from './sample-norms';

describe('LayerNorm', () => {
  test('has the defaults of PyTorch', () => {
    const norm = new LayerNorm([2, 3]);
    expect(norm).toBeInstanceOf(Module);
    expect([norm.normalizedShape, norm.eps, norm.elementwiseAffine]).toEqual([[2, 3], 1e-5, true]);
    expect([norm.dtype, norm.training]).toEqual(['float32', true]);
    expect(norm.weight).toBeInstanceOf(Parameter);
    expect(norm.weight?.toArray()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
    expect(norm.bias?.toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(Object.isFrozen(norm.normalizedShape)).toBe(true);
    expect(new LayerNorm(5).normalizedShape).toEqual([5]);
  });

  test('prints as PyTorch prints it', () => {
    expect(String(new LayerNorm(5))).toBe(
      'LayerNorm((5,), eps=1e-05, elementwise_affine=True, bias=True)',
    );
    const other = new LayerNorm([5, 3], { eps: 0.1, elementwiseAffine: false });
    expect(inspect(other)).toBe('LayerNorm((5, 3), eps=0.1, elementwise_affine=False, bias=False)');
    expect(String(new LayerNorm(5, { bias: false }))).toBe(
      'LayerNorm((5,), eps=1e-05, elementwise_affine=True, bias=False)',
    );
  });

  test('has no bias where that is left out, and no parameters without elementwiseAffine', () => {
    const scaled = new LayerNorm(4, { bias: false });
    expect(scaled.bias).toBeNull();
    expect(Object.keys(scaled.stateDict())).toEqual(['weight']);
    const x = randn([3, 4]);
    scaled.weight?.data.set([1, 2, 3, 4]);
    const both = new LayerNorm(4);
    both.loadStateDict({ weight: scaled.stateDict().weight as never }, { strict: false });
    expect(scaled.forward(x).data).toEqual(both.forward(x).data);
    expect(scaled.backward(x).data).toEqual(both.backward(x).data);
    expect(scaled.weight?.grad).toEqual(both.weight?.grad);
    for (const bias of [true, false]) {
      const bare = new LayerNorm(4, { elementwiseAffine: false, bias });
      expect(bare.stateDict()).toEqual({});
    }
  });
});

describe('RMSNorm', () => {
  test('has the defaults of PyTorch', () => {
    const norm = new RMSNorm(3);
    expect([norm.normalizedShape, norm.eps, norm.elementwiseAffine]).toEqual([[3], null, true]);
    expect(norm.weight?.toArray()).toEqual([1, 1, 1]);
    expect(norm.bias).toBeNull();
    expect(Object.keys(norm.stateDict())).toEqual(['weight']);
  });

  test('prints as PyTorch prints it', () => {
    expect(String(new RMSNorm(5))).toBe('RMSNorm((5,), eps=None, elementwise_affine=True)');
    const other = new RMSNorm([5, 3], { eps: 1e-3, elementwiseAffine: false });
    expect(String(other)).toBe('RMSNorm((5, 3), eps=0.001, elementwise_affine=False)');
  });

  test('takes an eps of null, at first and later', () => {
    const norm = new RMSNorm(3, { eps: 1 });
    norm.eps = null;
    const x = randn([2, 3]);
    expect(norm.forward(x)).toEqual(new RMSNorm(3, { eps: null }).forward(x));
    const set = () => Object.assign(norm, { eps: -1 });
    const message = "eps should be a finite number >= 0, or null for the dtype's machine epsilon";
    expectRefused(set, ArgumentError, `RMSNorm: ${message}, got -1`);
  });
});

describe('GroupNorm', () => {
  test('has the defaults of PyTorch', () => {
    const norm = new GroupNorm(2, 4);
    expect([norm.numGroups, norm.numChannels, norm.eps, norm.affine]).toEqual([2, 4, 1e-5, true]);
    expect([norm.weight?.toArray(), norm.bias?.toArray()]).toEqual([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]);
    expect(Object.keys(norm.stateDict())).toEqual(['weight', 'bias']);
  });

  test('prints as PyTorch prints it', () => {
    expect(String(new GroupNorm(2, 4))).toBe('GroupNorm(2, 4, eps=1e-05, affine=True, bias=True)');
    const other = new GroupNorm(4, 4, { eps: 1, affine: false });
    expect(String(other)).toBe('GroupNorm(4, 4, eps=1.0, affine=False, bias=False)');
  });

  test('refuses channels that its groups do not divide', () => {
    expectRefused(
      () => new GroupNorm(2, 5),
      ArgumentError,
      'GroupNorm: num_channels (5) must be divisible by num_groups (2)',
    );
    for (const wrong of [0, -1, 1.5, Number.NaN, 2 ** 53, '3', null, undefined, [3]] as never[]) {
      const groups = 'GroupNorm: numGroups should be a positive integer, got ';
      expectRefused(() => new GroupNorm(wrong, 4), ArgumentError, groups);
      const channels = 'GroupNorm: numChannels should be a positive integer, got ';
      expectRefused(() => new GroupNorm(1, wrong), ArgumentError, channels);
    }
  });

  test('refuses inputs of other channels', () => {
    const of = 'numChannels is 4, but the input has 6 channels';
    const x = randn([2, 6, 3]);
    const affine = new GroupNorm(2, 4);
    expectRefused(
      () => affine.forward(x),
      ShapeError,
      `GroupNorm: Expected weight to be a vector of size equal to the number of channels in input, but got weight of shape [4] and input of shape [2, 6, 3]: ${of}`,
    );
    const five = 'divisible by num_groups, but got input of shape [2, 5, 3] and num_groups=2: num';
    expectRefused(() => affine.forward(randn([2, 5, 3])), ShapeError, five);
  });

  test('takes (N, C), but not one value in all', () => {
    const norm = new GroupNorm(4, 4);
    expect([...norm.forward(randn([2, 4])).data]).toEqual(Array(8).fill(0));
    const message =
      'GroupNorm: Expected more than 1 value per channel when training, got input size [1, 4]';
    expectRefused(() => norm.forward(randn([1, 4])), ShapeError, message);
    expectRefused(() => norm.eval().forward(randn([1, 4])), ShapeError, message);
  });
});

describe.each([
  { Layer: InstanceNorm1d, size: [20, 100] },
  { Layer: InstanceNorm2d, size: [4, 2, 3] },
  { Layer: InstanceNorm3d, size: [4, 2, 3, 2] },
])('$Layer.name', ({ Layer }) => {
  test('has the defaults of PyTorch', () => {
    const norm = new Layer(3);
    expect(norm).toBeInstanceOf(InstanceNorm);
    expect([norm.numFeatures, norm.eps, norm.momentum]).toEqual([3, 1e-5, 0.1]);
    expect([norm.affine, norm.trackRunningStats]).toEqual([false, false]);
    const { weight, bias, runningMean, runningVar, numBatchesTracked } = norm;
    expect([weight, bias, runningMean, runningVar, numBatchesTracked]).toEqual(Array(5).fill(null));
    expect(norm.stateDict()).toEqual({});
  });

  test('has the state of PyTorch where it is asked for', () => {
    const norm = new Layer(3, { affine: true, trackRunningStats: true, dtype: 'float64' });
    expect(Object.keys(norm.stateDict())).toEqual([
      'weight',
      'bias',
      'running_mean',
      'running_var',
      'num_batches_tracked',
    ]);
    for (const one of [norm.weight, norm.bias, norm.runningMean, norm.runningVar]) {
      expect(one?.dtype).toBe('float64');
    }
    expect(Object.keys(new Layer(3, { affine: true }).stateDict())).toEqual(['weight', 'bias']);
  });

  test('prints as PyTorch prints it', () => {
    const plain = `${Layer.name}(3, eps=1e-05, momentum=0.1, affine=False, bias=False, track_running_stats=False)`;
    expect(String(new Layer(3))).toBe(plain);
    const other = { eps: 0.1, momentum: null, affine: true, trackRunningStats: true };
    expect(String(new Layer(3, other))).toBe(
      `${Layer.name}(3, eps=0.1, momentum=None, affine=True, bias=True, track_running_stats=True)`,
    );
  });

  test.each([0, -1, 1.5, '3', null])('refuses %p features', (count) => {
    const message = `${Layer.name}: numFeatures should be a positive integer, got `;
    expectRefused(() => new Layer(count as number), ArgumentError, message);
  });

  test.each([
    [{ momentum: '0.1' }, 'momentum should be a finite number'],
    [{ trackRunningStats: 1 }, 'trackRunningStats should be true or false, got 1'],
    [{ activation: 'relu' }, "unknown option 'activation', the options are eps, momentum, affine"],
    [{ unbiasedRunningVar: false }, "unknown option 'unbiasedRunningVar'"],
  ])('refuses %p as options', (options, message) => {
    expectRefused(() => new Layer(3, options as never), ArgumentError, `${Layer.name}: ${message}`);
  });
});

test('InstanceNorm itself cannot be made, from JavaScript either', () => {
  const create = () => Reflect.construct(InstanceNorm as never, [3, 3, {}]);
  const message = 'InstanceNorm is abstract: make an InstanceNorm1d, InstanceNorm2d or Inst';
  expectRefused(create, ArgumentError, message);
});

describe.each([
  { Layer: LayerNorm, name: 'LayerNorm' },
  { Layer: RMSNorm, name: 'RMSNorm' },
])('$name refuses', ({ Layer, name }) => {
  test.each([
    [[], 'Expected normalized_shape to be at least 1-dimensional'],
    [0, 'normalizedShape: sizes should be positive integers, got [0]'],
    [[3, 0], 'normalizedShape: sizes should be positive integers, got [3, 0]'],
    [-1, 'sizes must be non-negative'],
    [1.5, 'must hold integers'],
  ])('%p as its shape', (shape, message) => {
    expectRefused(() => new Layer(shape), ShapeError, message);
  });

  test.each(['5', null, undefined, true])('%p as its shape', (shape) => {
    const message = `${name}: normalizedShape should be an integer or an array of integers`;
    expectRefused(() => new Layer(shape as never), ArgumentError, message);
  });

  test('more elements than memory holds', () => {
    expectRefused(() => new Layer(2 ** 50), ArgumentError, 'cannot allocate');
  });

  test('an elementwiseAffine that is no boolean', () => {
    const message = `${name}: elementwiseAffine should be true or false, got 1`;
    const create = () => new Layer(3, { elementwiseAffine: 1 as never });
    expectRefused(create, ArgumentError, message);
  });
});

test('LayerNorm refuses a bias that is no boolean', () => {
  const create = () => new LayerNorm(3, { bias: null as never });
  expectRefused(create, ArgumentError, 'LayerNorm: bias should be true or false, got null');
});

describe.each(layerKinds)('$name', ({ name, make, shape }) => {
  const className = name.replace(/\(.*/, '');

  test.each([
    [{ eps: -1 }, 'eps should be a finite number >= 0'],
    [{ eps: '0' }, 'eps should be a finite number >= 0'],
    [{ epsilon: 1 }, "unknown option 'epsilon', the options are eps, "],
  ])('refuses %p as options', (options, message) => {
    expectRefused(() => make(options as never), ArgumentError, `${className}: ${message}`);
  });

  test('refuses an unknown dtype', () => {
    expectRefused(() => make({ dtype: 'int8' as never }), DTypeError, "got 'int8'");
  });

  test('refuses inputs of another dtype than its parameters', () => {
    const phrase =
      "the input is float64 and weight is float32, mixed dtype (CPU): all inputs must share same datatype. Convert one with to({ dtype }), or make the layer with dtype: 'float64'";
    const message = `${className}: expected scalar type float64 but found float32: ${phrase}`;
    expectRefused(() => make().forward(randn(shape, { dtype: 'float64' })), DTypeError, message);
  });

  test('state dicts go from one to another, dtypes converted', () => {
    const source = make({ dtype: 'float64' });
    for (const { data } of source.parameters()) data.set(randn([data.length]).data);
    const target = make();
    const result = target.loadStateDict(source.stateDict());
    expect(result).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const x = randn(shape);
    const expected = source.forward(x.to({ dtype: 'float64' })).to({ dtype: 'float32' });
    expect(
      Math.max(...target.forward(x).data.map((y, i) => Math.abs(y - (expected.data[i] as number)))),
    ).toBeLessThan(1e-5);
    expect(target.weight?.data).toEqual(Float32Array.from(source.weight?.data ?? []));
    const wrong = { ...source.stateDict(), weight: tensor([1]), extra: tensor([1]) };
    const message = `Error(s) in loading state_dict for ${className}:\n\tUnexpected key(s) in state_dict: "extra".\n\tsize mismatch for weight: copying a param with shape [1] from checkpoint`;
    expectRefused(() => target.loadStateDict(wrong), StateDictError, message, target.parameters());
  });

  test('an extending class has its own name', () => {
    const layer = make();
    expect(layer.constructor.name).toBe(className);
    expect(String(layer)).toMatch(new RegExp(`^${className}\\(`));
  });
});

test('a class that extends LayerNorm has its own name, and its fields', () => {
  class Scaled extends LayerNorm {
    readonly gain = new Parameter(tensor([2]));
  }
  const norm = new Scaled(3);
  expect(String(norm)).toMatch(/^Scaled\(\(3,\), /);
  expect(Object.keys(norm.stateDict())).toEqual(['weight', 'bias', 'gain']);
  expectRefused(
    () => norm.forward(randn([2, 4])),
    ShapeError,
    'Scaled: Given normalized_shape=[3]',
  );
});
