import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory, setBackend, type Tensor, tensor as tfTensor, zeros } from '@tensorflow/tfjs-core';
import { sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import {
  ArgumentError,
  BatchNorm1d,
  GroupNorm,
  loadSafetensors,
  Tensor as OurTensor,
  ones,
  Sequential,
  type StateDict,
  StateDictError,
  saveSafetensors,
  tensor,
} from 'batchnorm';
import { layers, loadStateDict, stateDict } from 'batchnorm/tfjs';
import '../backends';
import type { Layer } from './models';

beforeAll(async () => {
  expect(await setBackend('cpu')).toBe(true);
});

/** A model with a model in it, both with normalization layers and others. */
function model() {
  return sequential({
    layers: [
      tfLayers.dense({ inputShape: [2], units: 2 }),
      layers.batchNormalization({ name: 'ours' }),
      tfLayers.batchNormalization({ name: 'own', scale: false }),
      sequential({
        name: 'inner',
        layers: [
          tfLayers.reshape({ inputShape: [2], targetShape: [1, 2] }),
          layers.groupNormalization({ name: 'gn', groups: 1 }),
          layers.layerNormalization({ name: 'ln', axis: [1, 2], center: false }),
        ],
      }) as unknown as Layer,
    ],
  });
}

const keys = [
  'ours.weight',
  'ours.bias',
  'ours.running_mean',
  'ours.running_var',
  'own.bias',
  'own.running_mean',
  'own.running_var',
  'inner.gn.weight',
  'inner.gn.bias',
  'inner.ln.weight',
];

/** Every value another one. */
function numbered(dict: StateDict): Record<string, OurTensor> {
  let next = 1;
  const entries = Object.entries(dict).map(([key, value]) => {
    const { shape, size } = value as OurTensor;
    return [
      key,
      new OurTensor(
        Float32Array.from({ length: size }, () => next++),
        shape,
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

function values(dict: StateDict): [key: string, values: number[]][] {
  return Object.entries(dict).map(([key, value]) => [key, [...(value as OurTensor).data]]);
}

function prefixed(prefix: string, dict: StateDict): StateDict {
  return Object.fromEntries(Object.entries(dict).map(([key, value]) => [prefix + key, value]));
}

describe('stateDict', () => {
  test("has PyTorch's keys, of a model under its layers' names", () => {
    const dict = stateDict(model());
    expect(Object.keys(dict)).toEqual(keys);
    expect((dict['inner.ln.weight'] as OurTensor).shape).toEqual([1, 2]);
    const layer = layers.batchNormalization();
    layer.build([null, 3]);
    expect(values(stateDict(layer))).toEqual([
      ['weight', [1, 1, 1]],
      ['bias', [0, 0, 0]],
      ['running_mean', [0, 0, 0]],
      ['running_var', [1, 1, 1]],
    ]);
  });

  test('has what is in a wrapper, under its name', () => {
    const layer = tfLayers.batchNormalization({ name: 'bn', scale: false });
    const wrapper = tfLayers.timeDistributed({ name: 'each', layer, inputShape: [5, 3] });
    const keys = Object.keys(stateDict(sequential({ layers: [wrapper] })));
    expect(keys).toEqual(['each.bn.bias', 'each.bn.running_mean', 'each.bn.running_var']);
    expect(Object.keys(stateDict(wrapper))).toEqual([
      'bn.bias',
      'bn.running_mean',
      'bn.running_var',
    ]);
    loadStateDict(wrapper, { 'bn.bias': ones([3]) }, { strict: false });
    expect(layer.getWeights()[0]?.arraySync()).toEqual([1, 1, 1]);
  });

  test('copies, and leaves no tensors', () => {
    const layer = layers.batchNormalization();
    layer.build([null, 3]);
    const { numTensors } = memory();
    const dict = stateDict(layer);
    expect(memory().numTensors).toBe(numTensors);
    (dict.weight as OurTensor).data.fill(7);
    expect(values(stateDict(layer))[0]).toEqual(['weight', [1, 1, 1]]);
  });

  test('is what a module loads', () => {
    const layer = tfLayers.batchNormalization();
    layer.build([null, 3]);
    layer.setWeights([1, 2, 3, 4].map((value) => tfTensor([value, value, value])));
    const module = new BatchNorm1d(3);
    module.loadStateDict(stateDict(layer));
    expect([...(module.runningVar as OurTensor).data]).toEqual([4, 4, 4]);
    expect([...(module.weight as OurTensor).data]).toEqual([1, 1, 1]);
  });

  test.each([
    [
      'a layer of another class',
      () => tfLayers.dense({ units: 1, name: 'd' }),
      "'d' of class Dense",
    ],
    ['no layer', () => new BatchNorm1d(3), 'expected a layer or a model of TensorFlow.js, got '],
    ['null', () => null, 'got null'],
    ['no weights', () => layers.batchNormalization({ name: 'bn' }), "'bn' has no weights yet"],
  ])('refuses %s', (_, make, message) => {
    const call = () => stateDict(make() as Layer);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});

describe('loadStateDict', () => {
  test('is the opposite, for a model as for a layer, and leaves no tensors', () => {
    const target = model();
    const dict = numbered(stateDict(target));
    const { numTensors } = memory();
    expect(loadStateDict(target, dict)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(memory().numTensors).toBe(numTensors);
    expect(values(stateDict(target))).toEqual(values(dict));
    const own = target.getLayer('own');
    expect(own.getWeights().map((weight) => weight.arraySync())).toEqual([
      [9, 10],
      [11, 12],
      [13, 14],
    ]);
    loadStateDict(own, {
      bias: tensor([5, 6]),
      running_mean: tensor([1, 1]),
      running_var: tensor([2, 2]),
    });
    expect(values(stateDict(own))[0]).toEqual(['bias', [5, 6]]);
  });

  test("takes a module's dict, whose number of tracked batches it passes over", () => {
    const module = new Sequential(new BatchNorm1d(2), new GroupNorm(1, 2));
    module.forward(new OurTensor(Float32Array.of(1, 2, 3, 5), [2, 2]));
    const target = sequential({
      layers: [
        layers.batchNormalization({ name: '0', inputShape: [2] }),
        layers.groupNormalization({ name: '1', groups: 1 }),
      ],
    });
    loadStateDict(target, module.stateDict());
    const { '0.num_batches_tracked': count, ...rest } = module.stateDict();
    expect(count).toBe(1);
    expect(values(stateDict(target))).toEqual(values(rest));
  });

  test('takes a part of a checkpoint, and what stateDict gives can be saved as one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'batchnorm-'));
    try {
      const file = join(folder, 'weights.safetensors');
      const module = new BatchNorm1d(2);
      module.forward(new OurTensor(Float32Array.of(1, 2, 3, 5), [2, 2]));
      const { num_batches_tracked: count, ...state } = module.stateDict();
      saveSafetensors(file, { 'a.weight': ones([5]), ...prefixed('b.0.', module.stateDict()) });
      const layer = tfLayers.batchNormalization();
      layer.build([null, 2]);
      const checkpoint = loadSafetensors(file);
      expect(checkpoint['b.0.num_batches_tracked']).toBe(count);
      loadStateDict(layer, checkpoint, { prefix: 'b.0.' });
      expect(values(stateDict(layer))).toEqual(values(state));
      saveSafetensors(file, stateDict(layer));
      // In the order of a safetensors file.
      const again = Object.fromEntries(values(loadSafetensors(file) as StateDict));
      expect(again).toEqual(Object.fromEntries(values(state)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('refuses what does not fit, all of it in one error, and changes nothing', () => {
    const target = model();
    const before = values(stateDict(target));
    const { 'own.bias': _, ...dict } = numbered(stateDict(target));
    dict['ours.weight'] = ones([3]);
    dict['own.weight'] = ones([2]);
    const call = () => loadStateDict(target, dict);
    expect(call).toThrow(StateDictError);
    expect(call).toThrow('Missing key(s) in state_dict: "own.bias"');
    expect(call).toThrow('Unexpected key(s) in state_dict: "own.weight"');
    expect(call).toThrow('size mismatch for ours.weight');
    expect(values(stateDict(target))).toEqual(before);
  });

  test('passes over keys where it is not strict', () => {
    const target = model();
    const result = loadStateDict(
      target,
      { 'own.weight': tensor([1, 1]), 'own.bias': tensor([3, 4]) },
      { strict: false },
    );
    expect(result.unexpectedKeys).toEqual(['own.weight']);
    expect(result.missingKeys).toEqual(keys.filter((key) => key !== 'own.bias'));
    expect(values(stateDict(target)).find(([key]) => key === 'own.bias')).toEqual([
      'own.bias',
      [3, 4],
    ]);
  });

  test('is what predictions are made with', () => {
    const layer = layers.batchNormalization({ epsilon: 0 });
    layer.build([null, 1]);
    loadStateDict(layer, {
      weight: tensor([3]),
      bias: tensor([1]),
      running_mean: tensor([2]),
      running_var: tensor([4]),
    });
    expect((layer.apply(zeros([1, 1])) as Tensor).arraySync()).toEqual([[-2]]);
  });
});
