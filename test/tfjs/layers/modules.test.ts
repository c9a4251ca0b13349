import { memory, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  FrozenBatchNorm2d,
  GroupNorm,
  InstanceNorm1d,
  LayerNorm,
  LazyBatchNorm1d,
  type Module,
  manualSeed,
  Tensor as OurTensor,
  randn,
  ShapeError,
  StateDictError,
} from 'batchnorm';
import { fromModule, layers, toModule } from 'batchnorm/tfjs';
import { onEachBackend } from '../on-each-backend';
import { type Layer, normal } from './models';

type Norm = BatchNorm1d | LayerNorm | GroupNorm;

/** Random weights and statistics, as training would leave them. */
function trained<M extends Module>(module: M): M {
  manualSeed(6);
  for (const [key, value] of Object.entries(module.stateDict())) {
    if (!(value instanceof OurTensor)) continue;
    const values = randn(value.shape).data;
    value.data.set(key.endsWith('running_var') ? values.map((v) => v * v + 0.5) : values);
  }
  return module;
}

function fromModuleBuilt(module: LayerNorm, inputShape: (number | null)[]): Layer {
  const layer = fromModule(module);
  layer.build(inputShape);
  return layer;
}

/** What the module makes of (N, ..., C), for LayerNorm of the same shape. */
function forward(module: Module & { forward(x: OurTensor): OurTensor }, x: Tensor): number[] {
  const [n = 0, ...rest] = x.shape;
  const c = rest.pop() ?? 0;
  const data = Float32Array.from(x.dataSync());
  const input =
    module instanceof LayerNorm
      ? new OurTensor(data, x.shape)
      : new OurTensor(data, [n, c, ...rest], 'channelsLast');
  return [...module.forward(input).data];
}

onEachBackend(() => {
  const pairs: [name: string, module: () => Norm, shape: number[], repr: string][] = [
    [
      'BatchNorm1d',
      () => new BatchNorm1d(3, { momentum: 0.25 }),
      [4, 3],
      'BatchNorm1d(3, eps=1e-05, momentum=0.25, affine=True, bias=True, track_running_stats=True, ' +
        'unbiased_running_var=False)',
    ],
    [
      'BatchNorm1d of sequences',
      () => new BatchNorm1d(3, { eps: 0.5, affine: false }),
      [4, 5, 3],
      'BatchNorm1d(3, eps=0.5, momentum=0.1, affine=False, bias=False, track_running_stats=True, ' +
        'unbiased_running_var=False)',
    ],
    [
      'BatchNorm2d',
      () => new BatchNorm2d(3, { unbiasedRunningVar: false }),
      [2, 4, 5, 3],
      'BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True, ' +
        'unbiased_running_var=False)',
    ],
    [
      'BatchNorm3d',
      () => new BatchNorm3d(3),
      [2, 2, 3, 2, 3],
      'BatchNorm3d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True, ' +
        'unbiased_running_var=False)',
    ],
    [
      'BatchNorm2d without a bias',
      () => new BatchNorm2d(3, { bias: false }),
      [2, 4, 5, 3],
      'BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=False, track_running_stats=True, ' +
        'unbiased_running_var=False)',
    ],
    [
      'GroupNorm without a bias',
      () => new GroupNorm(2, 6, { bias: false }),
      [2, 4, 6],
      'GroupNorm(2, 6, eps=1e-05, affine=True, bias=False)',
    ],
    [
      'LayerNorm',
      () => new LayerNorm([5, 3], { bias: false }),
      [4, 5, 3],
      'LayerNorm((5, 3), eps=1e-05, elementwise_affine=True, bias=False)',
    ],
    [
      'LayerNorm without parameters',
      () => new LayerNorm(3, { elementwiseAffine: false, eps: 0.01 }),
      [4, 5, 3],
      'LayerNorm((3,), eps=0.01, elementwise_affine=False, bias=False)',
    ],
    [
      'GroupNorm',
      () => new GroupNorm(2, 6),
      [2, 4, 6],
      'GroupNorm(2, 6, eps=1e-05, affine=True, bias=True)',
    ],
    [
      'GroupNorm without parameters',
      () => new GroupNorm(3, 6, { affine: false, eps: 0.1 }),
      [2, 3, 4, 6],
      'GroupNorm(3, 6, eps=0.1, affine=False, bias=False)',
    ],
  ];

  test.each(pairs)('%s there and back', (_, make, shape, repr) => {
    const module = trained(make()).eval();
    const x = normal(shape);
    const { numTensors } = memory();
    const layer = fromModule(module as LayerNorm, { name: 'mine' });
    expect(layer.name).toBe('mine');
    const y = layer.apply(x) as Tensor;
    expect([...y.dataSync()]).toEqual(forward(module as LayerNorm, x));

    const back = toModule(layer).eval();
    expect(String(back)).toBe(repr);
    const { num_batches_tracked: before, ...state } = module.stateDict();
    const { num_batches_tracked: after, ...copied } = back.stateDict();
    expect(
      Object.entries(copied).map(([key, value]) => [key, ...(value as OurTensor).data]),
    ).toEqual(Object.entries(state).map(([key, value]) => [key, ...(value as OurTensor).data]));
    expect(forward(back as LayerNorm, x)).toEqual([...y.dataSync()]);
    y.dispose();
    layer.dispose();
    expect(memory().numTensors).toBe(numTensors);
  });

  test("a layer of TensorFlow.js's own gives a module as well", () => {
    const model = sequential({
      layers: [
        tfLayers.batchNormalization({ inputShape: [4, 4, 3], momentum: 0.75, scale: false }),
        tfLayers.layerNormalization({ center: false }),
        tfLayers.batchNormalization({ center: false }),
      ],
    });
    const [batch, layer, unshifted] = model.layers.map((each) => String(toModule(each)));
    expect(batch).toBe(
      'BatchNorm2d(3, eps=0.001, momentum=0.25, affine=True, bias=True, track_running_stats=True, ' +
        'unbiased_running_var=False)',
    );
    expect(layer).toBe('LayerNorm((3,), eps=0.001, elementwise_affine=True, bias=False)');
    expect(unshifted).toMatch(/^BatchNorm2d\(3, .*, affine=True, bias=False, /);
  });

  test('a frozen module predicts as a layer by way of a BatchNorm of its state dict', () => {
    const module = trained(new FrozenBatchNorm2d(3, { eps: 0.5 }));
    const learning = new BatchNorm2d(3, { eps: module.eps });
    learning.loadStateDict(module.stateDict());
    const x = normal([2, 4, 4, 3]);
    const y = fromModule(learning).apply(x) as Tensor;
    expect([...y.dataSync()]).toEqual(forward(module, x));
  });

  test('what toModule gives can be given back', () => {
    const layer = fromModule(toModule(fromModuleBuilt(new LayerNorm(3), [null, 3])), { name: 'b' });
    expect(layer.getClassName()).toBe('LayerNormalization');
  });

  test('a module changed later does not change the layer that waits to be built', () => {
    const module = new BatchNorm1d(3);
    const layer = fromModule(module);
    module.weight?.data.fill(5);
    layer.build([null, 3]);
    expect(layer.getWeights()[0]?.arraySync()).toEqual([1, 1, 1]);
  });

  test('arguments go before what the module says', () => {
    const layer = fromModule(new BatchNorm2d(3, { momentum: null }), {
      momentum: 0.5,
      epsilon: 0.25,
      axis: 1,
      trainable: false,
    });
    expect(layer.getConfig()).toMatchObject({
      momentum: 0.5,
      epsilon: 0.25,
      axis: 1,
      trainable: false,
    });
    layer.build([null, 3, 8, 8]);
  });

  test('a module of another size than the input is refused, and the layer does not go on without', () => {
    for (const module of [new BatchNorm2d(5), new LayerNorm(5), new GroupNorm(1, 5)]) {
      const layer = fromModule(module as LayerNorm, { name: 'norm' });
      const apply = () => tidy(() => layer.apply(zeros([2, 4, 4, 3])) as Tensor);
      expect(apply).toThrow(StateDictError);
      expect(layer.built).toBe(false);
      // It has weights by now, but not those of the module.
      expect(apply).toThrow();
      const other = fromModule(module as LayerNorm, { name: 'norm' });
      expect(() => other.build([null, 4, 4, 3])).toThrow(
        "fromModule: layer 'norm' takes inputs that the module does not fit",
      );
    }
  });
});

describe('fromModule refuses', () => {
  test.each<[string, () => unknown, string]>([
    ['a cumulative average', () => new BatchNorm1d(3, { momentum: null }), 'momentum null'],
    [
      'no running statistics',
      () => new BatchNorm1d(3, { trackRunningStats: false }),
      'without running statistics',
    ],
    ['an activation', () => new BatchNorm1d(3, { activation: 'relu' }), 'applies relu'],
    ['another module', () => new InstanceNorm1d(3), 'got the module InstanceNorm1d'],
    ['a lazy module', () => new LazyBatchNorm1d(), 'it is lazy'],
    ['a frozen module', () => new FrozenBatchNorm2d(3), 'give it a BatchNorm2d of the same eps'],
    ['a layer', () => layers.batchNormalization(), 'got a layer of class BatchNormalization'],
    ['no module', () => ({}), 'got Object'],
    ['undefined', () => undefined, 'got undefined'],
  ])('%s', (_, make, message) => {
    const call = () => fromModule(make() as BatchNorm1d);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});

onEachBackend(() => {
  const built = (layer: Layer, shape: (number | null)[]): Layer => {
    layer.build(shape);
    return layer;
  };

  test.each<[string, () => Layer, new (...args: never[]) => Error, string]>([
    ['a layer without weights', () => layers.batchNormalization(), ArgumentError, 'no weights yet'],
    ['another layer', () => tfLayers.flatten(), ArgumentError, 'of class Flatten'],
    [
      'a model',
      () => sequential({ layers: [layers.batchNormalization({ inputShape: [3] })] }) as never,
      ArgumentError,
      'toModule: expected a layer of class BatchNormalization, LayerNormalization, Group',
    ],
    [
      'axes that are not the last',
      () => built(layers.layerNormalization({ axis: 1, name: 'ln' }), [2, 3, 4]),
      ArgumentError,
      "layer 'ln' axes [1] of inputs of 3 dimensions",
    ],
    [
      'a batch normalization of rank 6',
      () => built(layers.batchNormalization({ name: 'bn' }), [2, 1, 1, 1, 1, 3]),
      ShapeError,
      "layer 'bn' takes inputs of 6 dimensions",
    ],
    [
      'a layer that does not say what it takes',
      () => built(tfLayers.layerNormalization({ name: 'ln' }), [2, 3]),
      ArgumentError,
      "layer 'ln' does not say how many dimensions its inputs have",
    ],
  ])('toModule refuses %s', (_, make, type, message) => {
    const call = () => toModule(make());
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
