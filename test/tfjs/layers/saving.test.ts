import { io, memory, serialization, type Tensor } from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  loadLayersModel,
  type Sequential,
  sequential,
  layers as tfLayers,
} from '@tensorflow/tfjs-layers';
import { manualSeed } from 'batchnorm';
import { layers, register, restore } from 'batchnorm/tfjs';
import { difference } from '../backends';
import { onEachBackend } from '../on-each-backend';
import { kerasModel } from './keras-model';
import { normal } from './models';

async function saved(model: LayersModel): Promise<io.ModelArtifacts> {
  let artifacts: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  // What goes through a file is text.
  const { modelTopology } = artifacts as io.ModelArtifacts;
  return { ...artifacts, modelTopology: JSON.parse(JSON.stringify(modelTopology)) };
}

function load(artifacts: io.ModelArtifacts): Promise<LayersModel> {
  return loadLayersModel(io.fromMemory(artifacts));
}

function modelWith(
  from: Pick<typeof layers, 'batchNormalization' | 'layerNormalization'>,
): Sequential {
  const model = sequential({
    layers: [
      tfLayers.dense({ inputShape: [4], units: 12, useBias: false }),
      from.batchNormalization({ momentum: 0.5, gammaRegularizer: 'l1l2', name: 'first' }),
      tfLayers.reshape({ targetShape: [3, 4] }),
      from.layerNormalization({ axis: [1, 2], betaRegularizer: 'l1l2' }),
      from.batchNormalization({ axis: 2, trainable: false, center: false }),
      tfLayers.reshape({ targetShape: [12] }),
      tfLayers.dense({ units: 1 }),
    ],
  });
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  return model;
}

onEachBackend(() => {
  let x: Tensor;
  let y: Tensor;

  beforeAll(() => {
    manualSeed(4);
    x = normal([16, 4]);
    y = normal([16, 1]);
  });
  afterEach(register);

  const predict = (model: LayersModel) => model.predict(x) as Tensor;
  const classes = ({ layers: inside }: LayersModel) =>
    inside.map((layer) => layer.constructor).filter((made) => made !== tfLayers.Layer);
  const ours = layers.batchNormalization({ name: 'any' }).constructor;
  const own = tfLayers.batchNormalization({ name: 'any' }).constructor;

  test('a model loads as it was saved, and goes on in the same way', async () => {
    const model = modelWith(layers);
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    const loaded = await load(await saved(model));
    expect(classes(loaded)).toEqual(classes(model));
    expect(loaded.layers.map((layer) => layer.getConfig())).toEqual(
      model.layers.map((layer) => layer.getConfig()),
    );
    expect(predict(loaded).arraySync()).toEqual(predict(model).arraySync());
    loaded.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    for (const each of [model, loaded]) {
      await each.fit(x, y, { epochs: 1, shuffle: false, verbose: 0 });
    }
    expect(predict(loaded).arraySync()).toEqual(predict(model).arraySync());
  });

  test('so does one of five dimensions, and one with group normalization', async () => {
    const model = sequential({
      layers: [
        tfLayers.reshape({ inputShape: [4], targetShape: [1, 2, 1, 2] }),
        layers.batchNormalization({ movingMeanInitializer: 'ones' }),
        layers.groupNormalization({ groups: 1, axis: 2, betaInitializer: 'ones' }),
        layers.groupNormalization({ groups: -1, scale: false, gammaConstraint: 'nonNeg' }),
      ],
    });
    const loaded = await load(await saved(model));
    expect(classes(loaded)).toEqual(classes(model));
    expect(loaded.layers[3]?.getConfig()).toEqual(model.layers[3]?.getConfig());
    expect(predict(loaded).arraySync()).toEqual(predict(model).arraySync());
  });

  test('a model saved with ours loads without, and the other way round', async () => {
    const model = modelWith(layers);
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    restore();
    const without = await load(await saved(model));
    expect(without.layers[1]?.constructor).toBe(own);
    // float32 rounds by up to 6e-8 of a number, in some ten operations of each layer.
    expect(difference(predict(without), predict(model))).toBeLessThan(30 * 6e-8);
    const artifacts = await saved(modelWith(tfLayers));
    const byItself = await load(artifacts);
    register();
    const withOurs = await load(artifacts);
    expect(withOurs.layers[1]?.constructor).toBe(ours);
    expect(difference(predict(withOurs), predict(byItself))).toBeLessThan(30 * 6e-8);
  });

  test("a model's file as Keras writes it loads", async () => {
    const model = await load(kerasModel());
    expect(model.layers.map((layer) => layer.getClassName())).toEqual([
      'InputLayer',
      'BatchNormalization',
      'GroupNormalization',
      'LayerNormalization',
    ]);
    expect(model.layers[1]?.constructor).toBe(ours);
    const configs = model.layers.map((layer) => layer.getConfig());
    expect(configs[1]).toMatchObject({ axis: 3, momentum: 0.99, epsilon: 0.001 });
    expect(configs[2]).toMatchObject({ axis: -1, groups: 3, epsilon: 0.001 });
    expect(configs[3]).toMatchObject({ axis: [3], epsilon: 0.001 });
    expect(model.layers[1]?.getWeights().map((weight) => weight.arraySync())).toEqual([
      [2, 2, 2],
      [1, 1, 1],
      [3, 3, 3],
      [4, 4, 4],
    ]);
    const predicted = (model.predict(normal([2, 1, 1, 3])) as Tensor).dataSync();
    // A group of one element, as this model has them, is 0 after its normalization.
    expect([...predicted]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('a loaded model is disposed of without a rest', async () => {
    const artifacts = await saved(modelWith(layers));
    const { numTensors } = memory();
    (await load(artifacts)).dispose();
    expect(memory().numTensors).toBe(numTensors);
  });

  test('a class that a program has registered itself stays', () => {
    class Mine extends tfLayers.Layer {
      static readonly className = 'GroupNormalization';
    }
    const { classNameMap } = serialization.SerializationMap.getMap();
    restore();
    expect(classNameMap.GroupNormalization).toBeUndefined();
    serialization.registerClass(Mine);
    register();
    expect(classNameMap.GroupNormalization?.[0]).toBe(Mine);
    restore();
    expect(classNameMap.GroupNormalization?.[0]).toBe(Mine);
    delete classNameMap.GroupNormalization;
  });
});
