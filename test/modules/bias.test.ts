import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  FrozenBatchNorm1d,
  FrozenBatchNorm2d,
  FrozenBatchNorm3d,
  freezeBatchNorm,
  fuse,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  LazyBatchNorm1d,
  LazyBatchNorm2d,
  LazyBatchNorm3d,
  LazyInstanceNorm1d,
  LazyInstanceNorm2d,
  LazyInstanceNorm3d,
  type Module,
  manualSeed,
  Parameter,
  randn,
  StateDictError,
  type Tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';

interface Layer extends Module {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  forward(input: Tensor, options?: { grad: boolean }): Tensor;
  forwardAsync(input: Tensor): Promise<Tensor>;
  backward(gradOutput: Tensor): Tensor;
  /** Not of a frozen layer. */
  resetParameters?(): void;
}

interface Kind {
  readonly name: string;
  readonly shape: number[];
  /** With the options of the layer besides `bias`. */
  make(bias?: unknown): Layer;
}

const shapes = [
  [4, 6],
  [3, 6, 5],
  [2, 6, 3, 4],
  [2, 6, 2, 3, 2],
];
const [flat, rows, images, volumes] = shapes as [number[], number[], number[], number[]];

function kind(Class: { name: string }, shape: number[], given: unknown[], more: object = {}): Kind {
  const options = (bias: unknown) => ({ ...more, ...(bias === undefined ? {} : { bias }) });
  return {
    name: Class.name,
    shape,
    make: (bias) => Reflect.construct(Class as never, [...given, options(bias)]),
  };
}

const learning = { affine: true, trackRunningStats: true };
const plain = [
  kind(BatchNorm1d, flat, [6]),
  kind(BatchNorm2d, images, [6], { activation: 'relu' }),
  kind(BatchNorm3d, volumes, [6]),
  kind(InstanceNorm1d, rows, [6], learning),
  kind(InstanceNorm2d, images, [6], learning),
  kind(InstanceNorm3d, volumes, [6], learning),
  kind(GroupNorm, images, [3, 6]),
  kind(LayerNorm, rows, [[6, 5]]),
  kind(FrozenBatchNorm1d, rows, [6]),
  kind(FrozenBatchNorm2d, images, [6], { activation: 'leakyRelu' }),
  kind(FrozenBatchNorm3d, volumes, [6]),
];
const lazy = [
  kind(LazyBatchNorm1d, flat, []),
  kind(LazyBatchNorm2d, images, []),
  kind(LazyBatchNorm3d, volumes, []),
  kind(LazyInstanceNorm1d, rows, []),
  kind(LazyInstanceNorm2d, images, []),
  kind(LazyInstanceNorm3d, volumes, []),
];

function draw(shape: readonly number[], seed: number): Tensor {
  manualSeed(seed);
  return randn(shape);
}

/** A state as training leaves it. */
function train(layer: Layer): void {
  for (const [key, value] of Object.entries(layer.stateDict())) {
    if (typeof value === 'number') continue;
    const drawn = draw(value.shape, 1).data;
    value.data.set(key === 'running_var' ? drawn.map((v) => v * v + 0.5) : drawn);
  }
}

/** The layer without a bias, and the same one with a bias of 0. */
function pairOf({ make, shape }: Kind, mode: boolean): [without: Layer, zero: Layer] {
  const without = make(false);
  // A lazy layer has no state before.
  without.train().forward(draw(shape, 2));
  train(without);
  const zero = make();
  zero.forward(draw(shape, 2));
  zero.loadStateDict(without.stateDict(), { strict: false });
  return [without.train(mode), zero.train(mode)];
}

function bits(tensor: Tensor | null | undefined): number[] | null {
  return tensor ? [...tensor.data] : null;
}

function stateOf(module: Module) {
  return Object.entries(module.stateDict()).map(([key, value]) => [
    key,
    typeof value === 'number' ? value : bits(value),
  ]);
}

describe.each([...plain, ...lazy].map((each) => [each.name, each] as const))('%s', (_, each) => {
  test.each([true, false])('computes as with a bias of 0, training: %s', async (mode) => {
    const [without, zero] = pairOf(each, mode);
    const [x, dy] = [draw(each.shape, 3), draw(each.shape, 4)];
    expect(without.bias).toBeNull();
    expect(bits(zero.bias)?.every((value) => value === 0)).toBe(true);
    for (const layer of [without, zero]) layer.zeroGrad();
    const [y, expected] = [without, zero].map((layer) => layer.forward(x, { grad: true }));
    expect(bits(y)).toEqual(bits(expected));
    const [dx, gradient] = [without, zero].map((layer) => layer.backward(dy));
    expect(bits(dx)).toEqual(bits(gradient));
    expect(gradOf(without)).toEqual(gradOf(zero));

    expect(bits(await without.forwardAsync(x))).toEqual(bits(await zero.forwardAsync(x)));
    const { bias: _shift, ...state } = Object.fromEntries(stateOf(zero));
    expect(Object.fromEntries(stateOf(without))).toEqual(state);
  });

  test('has no bias in its parameters and state, and loads a dict without', () => {
    const [without, zero] = pairOf(each, true);
    const keys = Object.keys(without.stateDict());
    expect(keys).toEqual(Object.keys(zero.stateDict()).filter((key) => key !== 'bias'));
    expect(Object.keys(zero.stateDict())).toContain('bias');
    expect(without.namedParameters().map(([name]) => name)).not.toContain('bias');

    // Into a lazy layer, too.
    const fresh = each.make(false);
    fresh.loadStateDict(without.stateDict());
    expect(stateOf(fresh)).toEqual(stateOf(without));
    const before = stateOf(without);
    const surplus = () => without.loadStateDict(zero.stateDict());
    expect(surplus).toThrow('Unexpected key(s) in state_dict: "bias".');
    expect(surplus).toThrow('bias: true');
    expect(stateOf(without)).toEqual(before);
    const missing = () => zero.loadStateDict(without.stateDict());
    expect(missing).toThrow(StateDictError);
    expect(missing).toThrow('Missing key(s) in state_dict: "bias".');
  });

  test('is printed, and made again from what it shares', () => {
    const [without, zero] = pairOf(each, true);
    expect(String(without)).toMatch(/, bias=False[,)]/);
    expect(String(zero)).not.toContain('bias=False');
    const Class = without.constructor as unknown as { fromShared(handle: object): Layer };
    for (const layer of [without, zero]) {
      const other = Class.fromShared(layer.share());
      expect(String(other)).toBe(String(layer));
      expect(stateOf(other)).toEqual(stateOf(layer));
    }
  });

  test('starts again with weight 1', () => {
    const [without] = pairOf(each, true);
    without.resetParameters?.();
    const isReset = bits(without.weight)?.every((value) => value === 1);
    expect(isReset).toBe(!each.name.startsWith('Frozen'));
  });

  test('takes a boolean alone', () => {
    for (const wrong of [0, 1, 'false', null, {}]) {
      const message = `${each.name}: bias should be true or false, got `;
      expectRefused(() => each.make(wrong), ArgumentError, message);
    }
  });
});

function gradOf(layer: Layer): number[] | null {
  const { weight } = layer;
  return weight instanceof Parameter ? bits(weight.grad) : null;
}

test('without affine there is no bias, whatever is asked for', () => {
  const { make } = kind(BatchNorm1d, flat, [6], { affine: false });
  const norms = [
    make(true),
    kind(InstanceNorm2d, images, [6]).make(true),
    kind(GroupNorm, images, [3, 6], { affine: false }).make(true),
    kind(LayerNorm, rows, [5], { elementwiseAffine: false }).make(true),
    kind(LazyInstanceNorm1d, rows, [], { affine: false }).make(true),
  ];
  for (const norm of norms) {
    expect(norm.bias).toBeNull();
    expect(String(norm)).toMatch(/affine=False, bias=False/);
  }
});

test('a lazy layer says whether it will have one', () => {
  const shown = 'LazyBatchNorm1d(0, eps=1e-05, momentum=0.1, affine=True, bias=False, ';
  const layer = new LazyBatchNorm1d({ bias: false });
  expect(String(layer)).toBe(`${shown}track_running_stats=True)`);
  layer.forward(draw(flat, 5));
  expect(String(layer)).toBe(`${shown.slice(4).replace('(0', '(6')}track_running_stats=True)`);
});

test('a frozen layer has the bias that the BatchNorm had', () => {
  const [without, zero] = pairOf(kind(BatchNorm2d, images, [6]), false);
  const x = draw(images, 6);
  const frozen = freezeBatchNorm(without as BatchNorm2d);
  expect(String(frozen)).toBe('FrozenBatchNorm2d(6, eps=1e-05, bias=False)');
  expect(Object.keys(frozen.stateDict())).toEqual(['weight', 'running_mean', 'running_var']);
  expect(bits(frozen.forward(x))).toEqual(bits(zero.forward(x)));
  expect(freezeBatchNorm(new BatchNorm2d(6)).bias).not.toBeNull();
});

test.each([BatchNorm2d, FrozenBatchNorm2d])('%p without a bias is folded as one of 0', (Class) => {
  const [without, zero] = pairOf(kind(Class, images, [6]), false);
  const layer = { weight: draw([6, 3, 2, 2], 7), bias: draw([6], 8) };
  const fold = (norm: Layer) => fuse.foldBatchNorm(layer, norm as BatchNorm2d, { kind: 'conv' });
  const [folded, expected] = [fold(without), fold(zero)];
  expect(bits(folded.weight)).toEqual(bits(expected.weight));
  expect(bits(folded.bias)).toEqual(bits(expected.bias));
  const dict = (norm: Layer) =>
    Object.fromEntries([
      ...Object.entries(layer).map(([key, value]) => [`conv.${key}`, value]),
      ...Object.entries(norm.stateDict()).map(([key, value]) => [`bn.${key}`, value]),
    ]);
  const foldDict = (norm: Layer) => fuse.foldStateDict(dict(norm), [['conv', 'bn']]);
  expect(foldDict(without)).toEqual(foldDict(zero));
});
