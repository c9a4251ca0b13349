import {
  ArgumentError,
  type BatchNorm,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type DType,
  DTypeError,
  FrozenBatchNorm2d,
  freezeBatchNorm,
  fuse,
  GroupNorm,
  InstanceNorm2d,
  LazyBatchNorm2d,
  type MemoryFormat,
  manualSeed,
  ones,
  Parameter,
  rand,
  randn,
  ShapeError,
  Tensor,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { expectNear, folded, type Pair, unfolded } from '../reference/pair';
import { expectSame } from '../reference/same';
import { takeAway, thiefOf } from '../take-away';

const { foldBatchNorm } = fuse;

beforeEach(() => {
  manualSeed(11);
});

/** In evaluation, with statistics and parameters of their own. */
function trained<Layer extends BatchNorm>(bn: Layer): Layer {
  const { numFeatures, dtype } = bn;
  const like = { dtype };
  bn.weight?.data.set(randn([numFeatures], like).data);
  bn.bias?.data.set(randn([numFeatures], like).data);
  bn.runningMean?.data.set(randn([numFeatures], like).data);
  bn.runningVar?.data.set(rand([numFeatures], like).data.map((value) => value + 0.5));
  return bn.eval();
}

function imagesOf(shape: readonly number[]) {
  return { data: randn([...shape], { dtype: 'float64' }).data as Float64Array, shape };
}

function expectFolds(pair: Pair, norm: BatchNorm | FrozenBatchNorm2d, inputShape: number[]) {
  const { kind, groups, layer } = pair;
  const result = foldBatchNorm(layer, norm, { kind, groups });
  const x = imagesOf(inputShape);
  expectNear(folded(pair, result, x), unfolded(pair, x));
  return result;
}

type Sizes = [kind: fuse.LayerKind, shape: number[], groups: number, input: number[]];

describe.each<DType>(['float32', 'float64'])('in %s a folded layer is the pair', (dtype) => {
  test.each<Sizes>([
    ['linear', [6, 4], 1, [3, 4]],
    ['conv', [6, 4, 3], 1, [2, 4, 7]],
    ['conv', [6, 2, 3, 2], 2, [2, 4, 5, 4]],
    ['conv', [6, 1, 3, 3], 6, [2, 6, 4, 4]],
    ['conv', [6, 4, 2, 1, 3], 1, [1, 4, 3, 2, 4]],
    ['convTranspose', [4, 6, 3], 1, [2, 4, 5]],
    ['convTranspose', [4, 3, 3, 2], 2, [2, 4, 4, 3]],
    ['convTranspose', [6, 1, 2, 2], 6, [2, 6, 3, 3]],
    ['convTranspose', [4, 2, 2, 1, 3], 4, [1, 4, 2, 2, 3]],
  ])('%s of %j in %i groups', (kind, shape, groups, inputShape) => {
    const channels =
      kind === 'convTranspose' ? (shape[1] as number) * groups : (shape[0] as number);
    const norms = { 2: BatchNorm1d, 3: BatchNorm1d, 4: BatchNorm2d, 5: BatchNorm3d };
    const Norm = norms[shape.length as keyof typeof norms];
    for (const memoryFormat of ['contiguous', 'channelsLast'] as const) {
      for (const affine of [true, false]) {
        for (const bias of [randn([channels], { dtype }), null]) {
          const norm = trained(new Norm(channels, { dtype, affine, eps: 0.01 }));
          const weight = randn(shape, { dtype }).to({ memoryFormat });
          const result = expectFolds(
            { kind, groups, layer: { weight, bias }, norm },
            norm,
            inputShape,
          );
          const { weight: w, bias: b } = result;
          expect([w.shape, w.dtype, w.memoryFormat]).toEqual([shape, dtype, memoryFormat]);
          expect([b.shape, b.dtype]).toEqual([[channels], dtype]);
        }
      }
    }
  });
});

test('outputs are within 1e-6 of the pair, relative to the largest', () => {
  const norm = trained(new BatchNorm2d(8));
  const weight = randn([8, 16, 3, 3]);
  const pair = { kind: 'conv', groups: 1, layer: { weight, bias: null }, norm } as const;
  const x = imagesOf([2, 16, 8, 8]);
  const expected = unfolded(pair, x);
  const { y } = folded(pair, foldBatchNorm({ weight }, norm, { kind: 'conv' }), x);
  const largest = Math.max(...expected.map(Math.abs));
  const off = Math.max(...y.map((value, i) => Math.abs(value - (expected[i] as number))));
  expect(off).toBeGreaterThan(0);
  expect(off).toBeLessThan(1e-6 * largest);
});

test('each value is computed in float64 and rounded once', () => {
  const bn = new BatchNorm1d(1, { eps: 1e-5 }).eval();
  bn.weight?.data.set([0.3]);
  bn.bias?.data.set([-7]);
  bn.runningMean?.data.set([1e6]);
  bn.runningVar?.data.set([1e-7]);
  const [gamma, variance, w] = [0.3, 1e-7, 0.1].map(Math.fround) as [number, number, number];
  const weight = Float32Array.of(0.1);
  const layer = {
    weight: { data: weight, shape: [1, 1] },
    bias: { data: Float32Array.of(1e6 + 1), shape: [1] },
  };
  const result = foldBatchNorm(layer, bn, { kind: 'linear' });
  const scale = gamma / Math.sqrt(variance + 1e-5);
  expect(result.weight.item()).toBe(Math.fround(w * scale));
  expect(result.bias.item()).toBe(Math.fround(scale - 7));
});

describe('a BatchNorm', () => {
  const weight = randn([2, 3, 1, 1]);
  const kind = 'conv';

  test('may be frozen, in training mode too, where it normalizes as in evaluation', () => {
    const bn = trained(new BatchNorm2d(2));
    const expected = foldBatchNorm({ weight }, bn, { kind });
    const frozen = freezeBatchNorm(bn).train();
    const found = foldBatchNorm({ weight }, frozen, { kind });
    expectSame(found.weight.data, expected.weight.data);
    expectSame(found.bias.data, expected.bias.data);
  });

  test('may have been lazy, and may track no more', () => {
    const bn = new LazyBatchNorm2d();
    bn.forward(randn([4, 2, 3, 3]));
    bn.eval().trackRunningStats = false;
    const pair = { kind, groups: 1, layer: { weight, bias: null }, norm: bn } as const;
    expectFolds(pair, bn, [2, 3, 2, 2]);
  });

  test.each([
    ['an infinite variance', 1, Number.POSITIVE_INFINITY],
    ['a variance that is NaN', 1, Number.NaN],
    ['a negative variance', 1, -3],
    ['an infinite mean', Number.NEGATIVE_INFINITY, 1],
    ['a mean that is NaN', Number.NaN, 1],
  ])('of %s gives what the pair gives', (_, mean, variance) => {
    const bn = trained(new BatchNorm2d(2, { eps: 0 }));
    bn.runningMean?.data.set([mean]);
    bn.runningVar?.data.set([variance]);
    const one = ones([2, 1, 1, 1]);
    const { weight: w, bias: b } = foldBatchNorm({ weight: one }, bn, { kind });
    const x = 0.75;
    const [first, second] = bn.forward(new Tensor(Float32Array.of(x, x), [1, 2, 1, 1])).data;
    expect(Math.fround((w.data[0] as number) * x + (b.data[0] as number))).toBe(first);
    // The other channel is none the worse; three roundings, of a number of about 1.
    const off = (w.data[1] as number) * x + (b.data[1] as number) - (second as number);
    expect(Math.abs(off)).toBeLessThan(4 * 2 ** -23);
  });

  test('of a variance and eps of 0 makes everything of its channel infinite or NaN, as the pair', () => {
    const bn = new BatchNorm2d(2, { eps: 0 }).eval();
    bn.runningVar?.data.set([0]);
    const result = foldBatchNorm({ weight }, bn, { kind });
    expect([...result.weight.data].map(Number.isFinite)).toEqual([
      ...[false, false, false],
      ...[true, true, true],
    ]);
    expect([...result.bias.data].map(Number.isFinite)).toEqual([false, true]);
    const { data } = bn.forward(randn([1, 2, 1, 1]));
    expect([...data].map(Number.isFinite)).toEqual([false, true]);
  });
});

test('takes what stands for a tensor, reads it once, and changes nothing', () => {
  const bn = trained(new BatchNorm2d(2));
  const weight = randn([2, 3, 2, 2]);
  const bias = randn([2]);
  const before = [weight, bias, bn.weight, bn.bias, bn.runningMean, bn.runningVar].map((tensor) =>
    (tensor as Tensor).data.slice(),
  );
  const expected = foldBatchNorm({ weight, bias }, bn, { kind: 'conv' });
  let reads = 0;
  const layer = {
    get weight() {
      reads++;
      return { data: weight.data, dims: weight.shape };
    },
    get bias() {
      reads++;
      return new Parameter(bias);
    },
    stride: 2,
  };
  const found = foldBatchNorm(layer, bn, { kind: 'conv' });
  expect(reads).toBe(2);
  expectSame(found.weight.data, expected.weight.data);
  expectSame(found.bias.data, expected.bias.data);
  found.weight.data.fill(9);
  found.bias.data.fill(9);
  const after = [weight, bias, bn.weight, bn.bias, bn.runningMean, bn.runningVar].map(
    (tensor) => (tensor as Tensor).data,
  );
  expect(after).toEqual(before);
});

test('a shared weight is folded into memory that is not shared', () => {
  const data = new Float32Array(new SharedArrayBuffer(8)).fill(1);
  const bn = trained(new BatchNorm1d(2));
  const { weight } = foldBatchNorm({ weight: { data, shape: [2, 1] } }, bn, { kind: 'linear' });
  expect(weight.data.buffer).not.toBe(data.buffer);
  expect(Object.prototype.toString.call(weight.data.buffer)).toBe('[object ArrayBuffer]');
});

test('a weight without elements is folded', () => {
  const bn = trained(new BatchNorm2d(2));
  for (const memoryFormat of ['contiguous', 'channelsLast'] as MemoryFormat[]) {
    const weight = zeros([0, 2, 3, 3], { memoryFormat });
    const result = foldBatchNorm({ weight }, bn, { kind: 'convTranspose' });
    expect(result.weight.shape).toEqual([0, 2, 3, 3]);
    expect(result.bias.size).toBe(2);
  }
});

describe('foldBatchNorm refuses', () => {
  const weight = zeros([4, 6, 3, 3]);
  const bn = trained(new BatchNorm2d(4));
  type Refused = [
    string,
    unknown,
    unknown,
    unknown,
    typeof ArgumentError | typeof ShapeError | typeof DTypeError,
    string,
  ];

  const conv = { kind: 'conv' };
  const transpose = { kind: 'convTranspose' };
  const six = new FrozenBatchNorm2d(6);
  const wide = { dtype: 'float64' } as const;
  const noStatistics = new BatchNorm2d(4, { trackRunningStats: false }).eval();

  test.each<Refused>([
    [
      'training mode',
      { weight },
      new BatchNorm2d(4),
      conv,
      ArgumentError,
      'Fusion only for eval! BatchNorm2d is in training mode',
    ],
    [
      'no running statistics',
      { weight },
      noStatistics,
      conv,
      ArgumentError,
      'BatchNorm2d has no running statistics to fold: it was made with trackRunningStats: false',
    ],
    [
      'an activation',
      { weight },
      new BatchNorm2d(4, { activation: 'relu' }).eval(),
      conv,
      ArgumentError,
      'BatchNorm2d applies relu in the same pass',
    ],
    [
      'a frozen activation',
      { weight },
      new FrozenBatchNorm2d(4, { activation: 'leakyRelu' }),
      conv,
      ArgumentError,
      'FrozenBatchNorm2d applies leakyRelu in the same pass',
    ],
    [
      'an InstanceNorm',
      { weight },
      new InstanceNorm2d(4, { trackRunningStats: true }).eval(),
      conv,
      ArgumentError,
      'got InstanceNorm2d, which normalizes each sample with its own statistics',
    ],
    [
      'a GroupNorm',
      { weight },
      new GroupNorm(2, 4),
      conv,
      ArgumentError,
      'expected a BatchNorm or FrozenBatchNorm of 1, 2 or 3 dimensions, got GroupNorm',
    ],
    [
      'a state dict',
      { weight },
      bn.stateDict(),
      conv,
      ArgumentError,
      'expected a BatchNorm or FrozenBatchNorm of 1, 2 or 3 dimensions, got Object',
    ],
    ['no BatchNorm', { weight }, null, conv, ArgumentError, 'got null'],
    [
      'a tensor as layer',
      weight,
      bn,
      conv,
      ArgumentError,
      'the layer should be an object { weight, bias }, got Tensor',
    ],
    [
      'no layer',
      undefined,
      bn,
      conv,
      ArgumentError,
      'the layer should be an object { weight, bias }, got undefined',
    ],
    ['no weight', { weight: null }, bn, conv, ArgumentError, 'weight must be a Tensor'],
    ['a bias that is none', { weight, bias: 0 }, bn, conv, ArgumentError, 'bias must be a Tensor'],
    [
      'no options',
      { weight },
      bn,
      undefined,
      ArgumentError,
      'options should be an object of kind, groups, got undefined',
    ],
    [
      'no kind',
      { weight },
      bn,
      {},
      ArgumentError,
      "kind should be 'linear', 'conv' or 'convTranspose', got undefined",
    ],
    ['another kind', { weight }, bn, { kind: 'toString' }, ArgumentError, "got 'toString'"],
    [
      'another option',
      { weight },
      bn,
      { ...conv, transpose: true },
      ArgumentError,
      "unknown option 'transpose'",
    ],
    [
      'groups of 0',
      { weight },
      bn,
      { ...conv, groups: 0 },
      ArgumentError,
      'groups should be a positive integer, got 0',
    ],
    [
      'half a group',
      { weight },
      bn,
      { ...conv, groups: 1.5 },
      ArgumentError,
      'groups should be a positive integer, got 1.5',
    ],
    [
      'groups that do not divide',
      { weight },
      bn,
      { ...conv, groups: 3 },
      ShapeError,
      'out_channels must be divisible by groups: weight of shape [4, 6, 3, 3] (out, in / groups, ...kernel) has 4, groups is 3',
    ],
    [
      'transposed groups that do not divide',
      { weight },
      six,
      { ...transpose, groups: 3 },
      ShapeError,
      'in_channels must be divisible by groups: weight of shape [4, 6, 3, 3] (in, out / groups, ...kernel) has 4, groups is 3',
    ],
    [
      'groups of a linear layer',
      { weight: zeros([4, 2]) },
      bn,
      { kind: 'linear', groups: 2 },
      ArgumentError,
      'a linear layer has no groups, got groups: 2',
    ],
    [
      'a convolution as a linear layer',
      { weight },
      bn,
      { kind: 'linear' },
      ShapeError,
      'expected weight of a linear layer to have 2 dimensions, got weight of shape [4, 6, 3, 3] (out, in)',
    ],
    [
      'a linear layer as a convolution',
      { weight: zeros([4, 2]) },
      bn,
      conv,
      ShapeError,
      'expected weight of a conv layer to have 3, 4 or 5 dimensions, got weight of shape [4, 2]',
    ],
    [
      'six dimensions',
      { weight: zeros([4, 1, 1, 1, 1, 1]) },
      bn,
      transpose,
      ShapeError,
      'expected weight of a convTranspose layer to have 3, 4 or 5 dimensions',
    ],
    [
      'other channels',
      { weight: zeros([5, 5, 3, 3]) },
      bn,
      conv,
      ShapeError,
      'bn.running_mean should have the shape [5], got [4]: weight of shape [5, 5, 3, 3] (out, in / groups, ...kernel) has 5 output channels',
    ],
    [
      'a transposed convolution as another',
      { weight },
      six,
      conv,
      ShapeError,
      "has 4 output channels: is it kind: 'convTranspose'?",
    ],
    [
      'one in groups as another',
      { weight: zeros([4, 3, 3, 3]) },
      six,
      conv,
      ShapeError,
      "has 4 output channels: is it kind: 'convTranspose', groups: 2?",
    ],
    [
      'one of other groups',
      { weight: zeros([4, 3, 3, 3]) },
      six,
      { ...transpose, groups: 4 },
      ShapeError,
      'has 12 output channels with groups: 4: is it groups: 2?',
    ],
    [
      'a convolution as a transposed one',
      { weight: zeros([6, 4, 3, 3]) },
      six,
      transpose,
      ShapeError,
      "has 4 output channels: is it kind: 'conv'?",
    ],
    [
      'a weight of Keras',
      { weight: zeros([3, 4]) },
      bn,
      { kind: 'linear' },
      ShapeError,
      'has 3 output channels: is it (in, out), as Keras has it?',
    ],
    [
      'a bias of other channels',
      { weight, bias: zeros([6]) },
      bn,
      conv,
      ShapeError,
      'bias should have the shape [4], got [6]',
    ],
    [
      'a bias of other dimensions',
      { weight, bias: zeros([1, 4]) },
      bn,
      conv,
      ShapeError,
      'bias should have the shape [4], got [1, 4]',
    ],
    [
      'another dtype of the weight',
      { weight: zeros([4, 6, 3], wide) },
      bn,
      conv,
      DTypeError,
      'expected scalar type float64 but found float32: weight is float64 and bn.running_mean is float32',
    ],
    [
      'another dtype of the bias',
      { weight, bias: zeros([4], wide) },
      bn,
      conv,
      DTypeError,
      'expected scalar type float32 but found float64: weight is float32 and bias is float64. Convert one with to({ dtype })',
    ],
    [
      'integers',
      { weight: { data: new Int32Array(8), shape: [4, 2] } },
      bn,
      { kind: 'linear' },
      DTypeError,
      'weight: data must be a Float32Array or a Float64Array, got Int32Array',
    ],
  ])('%s', (_, layer, norm, options, type, message) => {
    const call = () => Reflect.apply(foldBatchNorm, null, [layer, norm, options]);
    expect(expectRefused(call, type, message)).toMatch(/^foldBatchNorm: /);
  });

  test('a lazy layer, which says what to do', () => {
    const call = () => foldBatchNorm({ weight }, new LazyBatchNorm2d().eval(), { kind: 'conv' });
    expectRefused(call, ArgumentError, 'it is lazy and has no parameters and buffers before');
  });

  test('to make a finite weight or bias infinite', () => {
    const tiny = new BatchNorm1d(2, { eps: 0 }).eval();
    tiny.runningVar?.data.set([1, 1e-40]);
    const large = { data: Float32Array.of(1e30, 1e30), shape: [2, 1] };
    const fold = () => foldBatchNorm({ weight: large }, tiny, { kind: 'linear' });
    expectRefused(
      fold,
      ArgumentError,
      'foldBatchNorm: weight would overflow float32 in output channel 1, which bn.weight and ' +
        'bn.running_var scale by 1.00e+20: leave the pair unfolded, or fold in float64',
    );
    tiny.runningMean?.data.set([0, 1e30]);
    const one = { weight: ones([2, 1]) };
    const said = 'foldBatchNorm: bias would overflow float32 in output channel 1';
    expectRefused(() => foldBatchNorm(one, tiny, { kind: 'linear' }), ArgumentError, said);
  });

  test('but not a weight that is infinite already', () => {
    const data = Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN, 1, 1);
    const result = foldBatchNorm({ weight: { data, shape: [4, 1] } }, bn, { kind: 'linear' });
    expect(result.weight.data.slice(0, 2).map(Math.abs)).toEqual(
      Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN),
    );
  });

  test('memory that is gone', () => {
    const frozen = new FrozenBatchNorm2d(4);
    takeAway(frozen.runningVar);
    const message = 'foldBatchNorm: the memory of bn.running_var is gone';
    const fold = () => foldBatchNorm({ weight }, frozen, { kind: 'conv' });
    expectRefused(fold, ArgumentError, message);
  });

  test('memory that is gone once the bias was read', () => {
    const own = randn([4, 6, 3, 3]);
    const layer = { weight: own, bias: thiefOf(own) };
    const message = 'foldBatchNorm: the memory of weight is gone';
    expectRefused(() => foldBatchNorm(layer, bn, { kind: 'conv' }), ArgumentError, message);
  });
});
