import { inspect } from 'node:util';
import {
  ArgumentError,
  BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  DTypeError,
  Module,
  ones,
  Parameter,
  Tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

const layers = [BatchNorm1d, BatchNorm2d, BatchNorm3d].map((Layer) => ({ Layer }));

describe.each(layers)('$Layer.name', ({ Layer }) => {
  test('has the defaults of PyTorch', () => {
    const bn = new Layer(3);
    expect(bn).toBeInstanceOf(BatchNorm);
    expect(bn).toBeInstanceOf(Module);
    expect([bn.numFeatures, bn.eps, bn.momentum]).toEqual([3, 1e-5, 0.1]);
    expect([bn.affine, bn.trackRunningStats, bn.training]).toEqual([true, true, true]);
    expect([bn.dtype, bn.unbiasedRunningVar]).toEqual(['float32', true]);
    expect([bn.activation, bn.negativeSlope]).toEqual([null, null]);
    expect(bn.weight).toBeInstanceOf(Parameter);
    expect(bn.bias).toBeInstanceOf(Parameter);
    expect(bn.runningMean).toBeInstanceOf(Tensor);
    expect(bn.weight?.data).toEqual(Float32Array.of(1, 1, 1));
    expect(bn.bias?.data).toEqual(Float32Array.of(0, 0, 0));
    expect(bn.runningMean?.data).toEqual(Float32Array.of(0, 0, 0));
    expect(bn.runningVar?.data).toEqual(Float32Array.of(1, 1, 1));
    expect(bn.numBatchesTracked).toBe(0);
    expect(bn.weight?.grad).toBeNull();
  });

  test('has what its options ask for', () => {
    const bare = new Layer(3, { affine: false, trackRunningStats: false, momentum: null, eps: 0 });
    const { weight, bias, runningMean, runningVar, numBatchesTracked } = bare;
    expect([weight, bias, runningMean, runningVar, numBatchesTracked]).toEqual(Array(5).fill(null));
    expect([bare.momentum, bare.eps]).toEqual([null, 0]);
    const wide = new Layer(2, { dtype: 'float64' });
    for (const tensor of [wide.weight, wide.bias, wide.runningMean, wide.runningVar]) {
      expect(tensor?.dtype).toBe('float64');
    }
  });

  test('has the activation that its options ask for', () => {
    const relu = new Layer(3, { activation: 'relu' });
    expect([relu.activation, relu.negativeSlope]).toEqual(['relu', null]);
    const leaky = new Layer(3, { activation: 'leakyRelu' });
    expect([leaky.activation, leaky.negativeSlope]).toEqual(['leakyRelu', 0.01]);
    for (const negativeSlope of [0, -0.5, 2]) {
      const bn = new Layer(3, { activation: 'leakyRelu', negativeSlope });
      expect(bn.negativeSlope).toBe(negativeSlope);
    }
    for (const { activation, negativeSlope } of [relu, leaky, new Layer(3)]) {
      const copy = new Layer(3, { activation, negativeSlope });
      expect([copy.activation, copy.negativeSlope]).toEqual([activation, negativeSlope]);
    }
  });

  test('takes an option that is undefined for an absent one', () => {
    const bn = new Layer(3, {
      eps: undefined,
      momentum: undefined,
      affine: undefined,
      trackRunningStats: undefined,
      dtype: undefined,
      unbiasedRunningVar: undefined,
      activation: undefined,
      negativeSlope: undefined,
    });
    expect(String(bn)).toBe(String(new Layer(3)));
    expect([bn.dtype, bn.unbiasedRunningVar]).toEqual(['float32', true]);
    const x = ones([
      4,
      3,
      ...Array(Layer === BatchNorm1d ? 0 : Layer === BatchNorm2d ? 2 : 3).fill(1),
    ]);
    const options = { residual: undefined, out: undefined, grad: undefined };
    expect(
      bn.backward(bn.forward(x, options), { out: undefined, outResidual: undefined }).shape,
    ).toEqual(x.shape);
    expect(bn.loadStateDict(bn.stateDict(), { strict: undefined }).missingKeys).toEqual([]);
  });

  test('prints as PyTorch prints it', () => {
    const { name } = Layer;
    const bn = new Layer(100);
    const plain = `${name}(100, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)`;
    expect(String(bn)).toBe(plain);
    expect(inspect(bn)).toBe(plain);
    const other = { eps: 0.001, momentum: null, affine: false, trackRunningStats: false };
    expect(String(new Layer(2, other))).toBe(
      `${name}(2, eps=0.001, momentum=None, affine=False, bias=False, track_running_stats=False)`,
    );
    expect(String(new Layer(2, { unbiasedRunningVar: false }))).toBe(
      `${name}(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True, unbiased_running_var=False)`,
    );
    const shown = `${name}(2, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True`;
    expect(String(new Layer(2, { activation: 'relu' }))).toBe(`${shown}, activation=relu)`);
    expect(String(new Layer(2, { activation: 'leakyRelu' }))).toBe(
      `${shown}, activation=leaky_relu, negative_slope=0.01)`,
    );
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '3', null, undefined, [3]])(
    'refuses %p features',
    (count) => {
      expectRefused(
        () => new Layer(count as number),
        ArgumentError,
        `${Layer.name}: numFeatures should be a positive integer, got `,
      );
    },
  );

  test('refuses more features than memory holds', () => {
    expectRefused(() => new Layer(2 ** 50), ArgumentError, 'cannot allocate');
  });

  test.each([
    [
      { eps: -1 },
      'batch_norm eps must be non-negative, but got -1: eps should be a finite number >= 0, got -1',
    ],
    [{ eps: Number.NaN }, 'eps should be a finite number >= 0, got NaN'],
    [{ eps: '0' }, "eps should be a finite number >= 0, got '0'"],
    [{ momentum: Number.POSITIVE_INFINITY }, 'momentum should be a finite number'],
    [{ momentum: false }, 'momentum should be a finite number'],
    [{ affine: 1 }, 'affine should be true or false, got 1'],
    [{ trackRunningStats: 'no' }, "trackRunningStats should be true or false, got 'no'"],
    [{ unbiasedRunningVar: null }, 'unbiasedRunningVar should be true or false, got null'],
    [{ activation: 'gelu' }, "activation should be 'relu', 'leakyRelu' or null, got 'gelu'; apply"],
    [{ activation: 'none' }, "activation should be 'relu', 'leakyRelu' or null, got 'none'"],
    [{ activation: 'toString' }, "activation should be 'relu', 'leakyRelu' or null, got 'toStr"],
    [{ activation: 1 }, "activation should be 'relu', 'leakyRelu' or null, got 1"],
    [
      { negativeSlope: 0.1 },
      "negativeSlope goes with activation: 'leakyRelu' alone: pass that, or",
    ],
    [{ activation: 'relu', negativeSlope: 0 }, "negativeSlope goes with activation: 'leakyRelu'"],
    ...[Number.NaN, Number.NEGATIVE_INFINITY, 1e39, '0.1', true].map(
      (negativeSlope): [object, string] => [
        { activation: 'leakyRelu', negativeSlope },
        'negativeSlope should be a finite number, in float32 too, got ',
      ],
    ),
    [{ track_running_stats: false }, "unknown option 'track_running_stats', the options are eps, "],
    [1e-3, 'options should be an object of eps, momentum, '],
    [null, 'options should be an object of eps, momentum, '],
    [[], 'options should be an object of eps, momentum, '],
  ] as [unknown, string][])('refuses %p as options', (options, message) => {
    expectRefused(() => new Layer(3, options as never), ArgumentError, message);
  });

  test('refuses an unknown dtype', () => {
    expectRefused(() => new Layer(3, { dtype: 'int8' as never }), DTypeError, "got 'int8'");
  });
});

test('the abstract classes cannot be made, from JavaScript either', () => {
  const create = (Class: unknown, ...args: unknown[]) => {
    return () => Reflect.construct(Class as typeof BatchNorm1d, args);
  };
  expectRefused(create(Module), ArgumentError, 'Module is abstract: make a BatchNorm1d');
  expectRefused(create(BatchNorm, 3), ArgumentError, 'BatchNorm is abstract: make a BatchNorm1d');
});

test('a class that extends a layer has its own name', () => {
  class MyNorm extends BatchNorm1d {}
  const bn = new MyNorm(3);
  expect(String(bn)).toMatch(/^MyNorm\(3, /);
  expectRefused(() => bn.train(1 as never), ArgumentError, 'MyNorm: mode should be');
  expectRefused(() => bn.backward(ones([1, 3])), ArgumentError, 'MyNorm: there is no forward');
});

test.each(['weight', 'bias', 'runningMean', 'runningVar', 'activation', 'negativeSlope'] as const)(
  '%s cannot be replaced, from JavaScript either',
  (name) => {
    const bn = new BatchNorm1d(3);
    const kept = bn[name];
    expect(Reflect.set(bn, name, new Parameter(ones([2])))).toBe(false);
    expect(bn[name]).toBe(kept);
    const x = ones([4, 3]);
    bn.forward(x);
    expect(bn.backward(x).data).toEqual(new Float32Array(12));
  },
);

describe('eps and momentum', () => {
  test('can be set, and show', () => {
    const bn = new BatchNorm1d(1);
    bn.eps = 1e-3;
    bn.momentum = null;
    expect(String(bn)).toContain('eps=0.001, momentum=None');
    bn.momentum = 0.01;
    expect([bn.eps, bn.momentum]).toEqual([1e-3, 0.01]);
  });

  test('are checked when set', () => {
    const bn = new BatchNorm1d(1);
    const set = (name: string, value: unknown) => () => Object.assign(bn, { [name]: value });
    expectRefused(
      set('eps', -1),
      ArgumentError,
      'BatchNorm1d: batch_norm eps must be non-negative, but got -1: eps should be',
    );
    expectRefused(set('momentum', Number.NaN), ArgumentError, 'BatchNorm1d: momentum should be');
    expectRefused(set('momentum', undefined), ArgumentError, 'BatchNorm1d: momentum should be');
    expect([bn.eps, bn.momentum]).toEqual([1e-5, 0.1]);
  });

  // Python: for v in (...): print(repr(v))
  test.each([
    [0, '0.0'],
    [1, '1.0'],
    [-1, '-1.0'],
    [0.0001, '0.0001'],
    [0.00012, '0.00012'],
    [1e-4 / 3, '3.3333333333333335e-05'],
    [1e-12, '1e-12'],
    [1e-100, '1e-100'],
    [123456789, '123456789.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [0.30000000000000004, '0.30000000000000004'],
  ])('%d shows as Python shows a float: %s', (momentum, shown) => {
    expect(String(new BatchNorm1d(1, { momentum }))).toContain(`momentum=${shown},`);
  });
});

describe('the mode', () => {
  test('is set by train and eval, which return the module', () => {
    const bn = new BatchNorm1d(1);
    expect(bn.eval()).toBe(bn);
    expect(bn.training).toBe(false);
    expect(bn.train()).toBe(bn);
    expect(bn.training).toBe(true);
    expect(bn.train(false).training).toBe(false);
    expect(bn.train(true).training).toBe(true);
  });

  test.each([0, 'train', null])('%p is refused', (mode) => {
    const bn = new BatchNorm1d(1);
    const message = 'BatchNorm1d: mode should be true or false';
    expectRefused(() => bn.train(mode as never), ArgumentError, message);
    expect(bn.training).toBe(true);
  });
});

describe('parameters and buffers', () => {
  test('come as arrays with the names of PyTorch', () => {
    const bn = new BatchNorm2d(2);
    expect(bn.namedParameters()).toEqual([
      ['weight', bn.weight],
      ['bias', bn.bias],
    ]);
    expect(bn.namedBuffers()).toEqual([
      ['running_mean', bn.runningMean],
      ['running_var', bn.runningVar],
    ]);
    expect(bn.parameters()[0]).toBe(bn.weight);
    expect(bn.parameters()[1]).toBe(bn.bias);
    expect(bn.buffers()[0]).toBe(bn.runningMean);
    expect(bn.buffers()[1]).toBe(bn.runningVar);
  });

  test('are left out where absent', () => {
    const bn = new BatchNorm2d(2, { affine: false, trackRunningStats: false });
    expect([...bn.parameters(), ...bn.namedParameters()]).toEqual([]);
    expect([...bn.buffers(), ...bn.namedBuffers()]).toEqual([]);
  });
});
