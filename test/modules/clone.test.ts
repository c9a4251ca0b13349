import * as library from 'batchnorm';
import {
  ArgumentError,
  BatchNorm2d,
  FrozenBatchNorm2d,
  GroupNorm,
  Identity,
  InstanceNorm2d,
  LayerNorm,
  LazyBatchNorm2d,
  LazyInstanceNorm2d,
  LocalResponseNorm,
  Module,
  ModuleDict,
  ModuleList,
  type Parameter,
  RMSNorm,
  randn,
  Sequential,
  type Tensor,
} from 'batchnorm';
import { isShared } from '../../lib/tensor/shared';
import { expectRefused } from '../expect-refused';
import { takeAway } from '../take-away';
import { isIndependent, tensors } from './independent';

describe('clone of a layer', () => {
  const x = randn([4, 4, 3, 3]);
  const layers: Record<string, () => Module & { forward(input: Tensor): Tensor }> = {
    BatchNorm2d: () =>
      new BatchNorm2d(4, {
        eps: 0.25,
        momentum: null,
        unbiasedRunningVar: false,
        activation: 'leakyRelu',
        negativeSlope: 0.3,
      }),
    'BatchNorm2d without anything': () =>
      new BatchNorm2d(4, { affine: false, trackRunningStats: false }),
    'BatchNorm2d without bias': () => new BatchNorm2d(4, { bias: false }),
    'GroupNorm without bias': () => new GroupNorm(2, 4, { bias: false }),
    'FrozenBatchNorm2d without bias': () => new FrozenBatchNorm2d(4, { bias: false }),
    'BatchNorm2d that stopped tracking': () => {
      const bn = new BatchNorm2d(4);
      bn.trackRunningStats = false;
      bn.eps = 0.5;
      bn.momentum = 0.7;
      return bn;
    },
    FrozenBatchNorm2d: () => new FrozenBatchNorm2d(4, { eps: 0.1, activation: 'relu' }),
    InstanceNorm2d: () => new InstanceNorm2d(4, { affine: true, trackRunningStats: true }),
    LazyBatchNorm2d: () => new LazyBatchNorm2d({ activation: 'relu' }),
    LazyInstanceNorm2d: () => new LazyInstanceNorm2d(),
    GroupNorm: () => new GroupNorm(2, 4, { eps: 0.1 }),
    'GroupNorm without weight': () => new GroupNorm(2, 4, { affine: false }),
    LayerNorm: () => new LayerNorm([4, 3, 3], { bias: false }),
    RMSNorm: () => new RMSNorm(3, { eps: 1e-3 }),
    LocalResponseNorm: () => new LocalResponseNorm(3, { alpha: 0.2, beta: 0.5, k: 2 }),
    Identity: () => new Identity(3),
  };

  test.each(Object.keys(layers))('%s goes on as it does, by itself', (name) => {
    const layer = layers[name]?.() as Module & { forward(input: Tensor): Tensor };
    layer.forward(x);
    for (const parameter of layer.parameters()) parameter.data.set(randn(parameter.shape).data);
    const copy = layer.clone();
    for (const mode of [true, false]) {
      layer.train(mode);
      copy.train(mode);
      expect(copy.forward(x).data).toEqual(layer.forward(x).data);
    }
    isIndependent(layer, copy);
  });

  test('of every class of this library', () => {
    const made: Record<string, Module> = {
      Sequential: new Sequential(new LayerNorm(3)),
      ModuleList: new ModuleList([new LayerNorm(3), new Identity()]),
      ModuleDict: new ModuleDict({ a: new LayerNorm(3), 1: new RMSNorm(3) }),
      LayerNorm: new LayerNorm(3),
      RMSNorm: new RMSNorm(3),
      GroupNorm: new GroupNorm(1, 3),
      LocalResponseNorm: new LocalResponseNorm(2),
      Identity: new Identity(),
    };
    const classes = Object.entries(library).filter(
      ([, value]) => typeof value === 'function' && value.prototype instanceof Module,
    );
    const abstract = ['BatchNorm', 'FrozenBatchNorm', 'InstanceNorm'];
    for (const [name, Class] of classes) {
      if (abstract.includes(name)) continue;
      const plain = Class as unknown as new (...args: unknown[]) => Module;
      const module = made[name] ?? (name.startsWith('Lazy') ? new plain() : new plain(3));
      const copy = module.clone();
      expect([name, Object.getPrototypeOf(copy) === plain.prototype]).toEqual([name, true]);
      expect(String(copy)).toBe(String(module));
      if (!name.startsWith('Lazy')) isIndependent(module, copy);
    }
    expect(classes.length).toBeGreaterThan(20);
  });

  test('that is lazy is lazy, and takes its channels by itself', () => {
    const lazy = new LazyBatchNorm2d({ eps: 0.5 });
    const copy = lazy.clone();
    copy.forward(x);
    expect([lazy.numFeatures, copy.numFeatures]).toEqual([0, 4]);
    expect(copy).toBeInstanceOf(BatchNorm2d);
    expect(copy).not.toBeInstanceOf(LazyBatchNorm2d);
    expect(lazy).toBeInstanceOf(LazyBatchNorm2d);
    expect(copy.eps).toBe(0.5);
  });

  test('has no gradients and nothing for backward, as in PyTorch, but what needs none stays so', () => {
    const bn = new BatchNorm2d(4);
    (bn.bias as Parameter).requiresGrad = false;
    bn.forward(x);
    bn.backward(x);
    bn.forward(x);
    const copy = bn.clone();
    expect(copy.weight?.grad).toBeNull();
    expect([copy.weight?.requiresGrad, copy.bias?.requiresGrad]).toEqual([true, false]);
    expectRefused(() => copy.backward(x), ArgumentError, 'forward');
    expect(bn.weight?.grad).not.toBeNull();
    bn.backward(x);
    expect(copy.forward(x).data).toEqual(bn.forward(x).data);
    copy.backward(x);
  });

  test('in shared memory has memory of its own that is not', () => {
    const bn = new BatchNorm2d(4);
    bn.forward(x);
    bn.share();
    const copy = bn.clone();
    expect(tensors(copy).map(({ data }) => isShared(data))).toEqual([false, false, false, false]);
    copy.forward(x);
    expect([bn.numBatchesTracked, copy.numBatchesTracked]).toEqual([1, 2]);
    isIndependent(bn, bn.clone());
  });

  test('whose memory is gone is refused', () => {
    const bn = new BatchNorm2d(4);
    takeAway(bn.runningMean as Tensor);
    expectRefused(
      () => bn.clone(),
      ArgumentError,
      'BatchNorm2d.clone: the memory of running_mean is gone',
    );
  });
});
