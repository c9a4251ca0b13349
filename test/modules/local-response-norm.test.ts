import { inspect } from 'node:util';
import {
  ArgumentError,
  BatchNorm2d,
  type DType,
  functional as F,
  LocalResponseNorm,
  type MemoryFormat,
  Module,
  randn,
  Sequential,
  ShapeError,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

test('has the defaults of PyTorch, and nothing to learn', () => {
  const norm = new LocalResponseNorm(5);
  expect(norm).toBeInstanceOf(Module);
  const { size, alpha, beta, k } = norm;
  expect({ size, alpha, beta, k }).toEqual({ size: 5, alpha: 1e-4, beta: 0.75, k: 1 });
  expect([norm.stateDict(), norm.parameters()]).toEqual([{}, []]);
  expect(norm.loadStateDict({})).toEqual({ missingKeys: [], unexpectedKeys: [] });
});

test('prints as PyTorch prints it', () => {
  expect(String(new LocalResponseNorm(2))).toBe(
    'LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)',
  );
  const other = new LocalResponseNorm(3, { alpha: 1e-5, beta: 0.5, k: 2.5 });
  expect(inspect(other)).toBe('LocalResponseNorm(3, alpha=1e-05, beta=0.5, k=2.5)');
});

test('cannot be given other settings, which backward would not know of', () => {
  const norm = new LocalResponseNorm(3);
  for (const name of ['size', 'alpha', 'beta', 'k']) {
    expect(() => Object.assign(norm, { [name]: 7 })).toThrow(TypeError);
  }
});

describe('refuses', () => {
  test.each([0, -1, 1.5, '3', null, undefined])('a size of %p', (size) => {
    const message = 'LocalResponseNorm: size should be a positive integer, got ';
    expectRefused(() => new LocalResponseNorm(size as never), ArgumentError, message);
  });

  test.each([
    [{ alpha: Number.NaN }, 'alpha should be a finite number, got NaN'],
    [{ beta: '0.75' }, 'beta should be a finite number, got'],
    [{ k: 1 / 0 }, 'k should be a finite number, got Infinity'],
    [{ dtype: 'float64' }, "unknown option 'dtype', the options are alpha, beta, k"],
  ])('%p as options', (options, message) => {
    const make = () => new LocalResponseNorm(3, options as never);
    expectRefused(make, ArgumentError, `LocalResponseNorm: ${message}`);
  });

  test('inputs without a spatial dimension', () => {
    const message = 'LocalResponseNorm: Expected 3D or higher dimensionality input (got 2';
    const norm = new LocalResponseNorm(3);
    expectRefused(() => norm.forward(randn([2, 3])), ShapeError, message);
  });

  test('to go backward where nothing is kept, once only', () => {
    const norm = new LocalResponseNorm(3);
    const message = 'LocalResponseNorm: there is no forward pass to go backward through';
    const x = randn([2, 4, 3]);
    expectRefused(() => norm.backward(x), ArgumentError, message);
    norm.forward(x);
    const wrong = () => norm.backward(randn([2, 4, 2]));
    expectRefused(wrong, ShapeError, "gradOutput should have the input's shape");
    norm.backward(x);
    expectRefused(() => norm.backward(x), ArgumentError, message);
    norm.forward(x);
    norm.eval().forward(x);
    expectRefused(() => norm.backward(x), ArgumentError, message);
    norm.forward(x, { grad: true });
    expect(norm.backward(x).shape).toEqual([2, 4, 3]);
  });
});

const kinds = (['float32', 'float64'] as DType[]).flatMap((dtype) =>
  (['contiguous', 'channelsLast'] as MemoryFormat[]).map((memoryFormat) => ({
    dtype,
    memoryFormat,
  })),
);

test.each(kinds)('does what its functions do: $dtype, $memoryFormat', (options) => {
  const settings = { alpha: 0.5, beta: 0.6, k: 2 };
  const norm = new LocalResponseNorm(4, settings);
  for (const training of [true, false]) {
    norm.train(training);
    const x = randn([2, 6, 3, 5], options);
    const dy = randn([2, 6, 3, 5], options);
    const y = norm.forward(x, { grad: true });
    expect(y).toEqual(F.localResponseNorm(x, 4, settings));
    const { gradInput } = F.localResponseNormBackward(dy, x, 4, settings);
    expect(norm.backward(dy)).toEqual(gradInput);
  }
});

test('in place it keeps the input for backward', async () => {
  const norm = new LocalResponseNorm(3, { alpha: 1 });
  const [x, dy] = [randn([2, 6, 3, 5]), randn([2, 6, 3, 5])];
  const { gradInput } = F.localResponseNormBackward(dy, x, 3, { alpha: 1 });
  const [once, twice] = [x.clone(), x.clone()];
  expect(norm.forward(once, { out: once })).toBe(once);
  expect(norm.backward(dy)).toEqual(gradInput);
  expect(await norm.forwardAsync(twice, { out: twice })).toBe(twice);
  const out = dy.clone();
  expect(norm.backward(dy, { out })).toBe(out);
  expect(out).toEqual(gradInput);
});

test('one layer takes inputs of any rank, size and dtype', () => {
  const norm = new LocalResponseNorm(3);
  for (const shape of [
    [2, 6, 5],
    [1, 3, 2, 2],
    [2, 4, 1, 2, 3],
    [0, 4, 3],
  ]) {
    for (const dtype of ['float32', 'float64'] as const) {
      const x = randn(shape, { dtype });
      expect(norm.forward(x)).toEqual(F.localResponseNorm(x, 3));
      expect(norm.backward(x)).toEqual(F.localResponseNormBackward(x, x, 3).gradInput);
    }
  }
});

test('is a layer of a net, forward, back and off the event loop', async () => {
  const net = new Sequential(new BatchNorm2d(4), new LocalResponseNorm(3, { alpha: 1 }));
  const twin = new Sequential(new BatchNorm2d(4), new LocalResponseNorm(3, { alpha: 1 }));
  expect(String(net)).toContain('(1): LocalResponseNorm(3, alpha=1.0, beta=0.75, k=1.0)');
  const [x, dy] = [randn([2, 4, 3, 5]), randn([2, 4, 3, 5])];
  const y = net.forward(x);
  expect(await twin.forwardAsync(x)).toEqual(y);
  const bn = new BatchNorm2d(4);
  expect(y).toEqual(F.localResponseNorm(bn.forward(x), 3, { alpha: 1 }));
  expect(twin.backward(dy)).toEqual(net.backward(dy));
});
