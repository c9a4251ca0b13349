import {
  grad,
  io,
  memory,
  mul,
  profile,
  square,
  sum,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { loadLayersModel, sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import { manualSeed } from 'batchnorm';
import { layers, register, restore } from 'batchnorm/tfjs';
import { difference } from '../backends';
import { onEachBackend } from '../on-each-backend';
import { gradientsOf, type Layer, modelOf, normal, samples } from './models';

const { batchNormalization, layerNormalization } = tfLayers;
const regularized = { gammaRegularizer: 'l1l2', betaRegularizer: 'l1l2' } as const;
const constrained = { gammaConstraint: 'nonNeg', betaConstraint: 'maxNorm' } as const;

const cases: [name: string, shape: number[], make: () => Layer][] = [
  ['batch normalization of rank 2', [6], () => batchNormalization({ momentum: 0.7 })],
  ['batch normalization of rank 3', [3, 4], () => batchNormalization({ axis: 2, epsilon: 0.05 })],
  ['batch normalization of rank 4', [3, 2, 4], () => batchNormalization()],
  [
    'batch normalization with regularizers and constraints',
    [3, 4],
    () => batchNormalization({ ...regularized, ...constrained }),
  ],
  ['batch normalization not trainable', [6], () => batchNormalization({ trainable: false })],
  ['layer normalization of rank 2', [6], () => layerNormalization()],
  ['layer normalization, regularized', [3, 2, 4], () => layerNormalization(regularized)],
  ['layer normalization over two axes', [3, 2, 4], () => layerNormalization({ axis: [1, 2] })],
  ['layer normalization, axes apart', [3, 2, 4], () => layerNormalization({ axis: [1, -1] })],
];

// float32 rounds by up to 6e-8 of a number, and TensorFlow.js adds up in it: a sum of the 240 values
// of such a batch is some of these off, and each step of fit starts from that.
const tolerance = 32 * 6e-8;

afterEach(register);

onEachBackend(() => {
  describe.each(cases)('%s of TensorFlow.js', (_, shape, make) => {
    test('learns the same with our kernels as by itself, and leaves no tensors', async () => {
      const { x, y } = samples();
      const options = { epochs: 2, batchSize: 12, shuffle: false, verbose: 0 } as const;
      const learn = async () => {
        const model = modelOf(shape, [make()]);
        const gradients = gradientsOf(model, x, y);
        await model.fit(x, y, options);
        const { numTensors } = memory();
        await model.fit(x, y, options);
        expect(memory().numTensors).toBe(numTensors);
        const predicted = [model.predict(x), model.evaluate(x, y)] as Tensor[];
        return { gradients, trained: [...model.getWeights(), ...predicted] };
      };
      restore();
      const expected = await learn();
      register();
      const actual = await learn();
      for (const [i, gradient] of expected.gradients.entries()) {
        expect(difference(actual.gradients[i] as Tensor, gradient)).toBeLessThan(tolerance);
      }
      // 2 epochs of 2 steps, twice.
      for (const [i, value] of expected.trained.entries()) {
        expect(difference(actual.trained[i] as Tensor, value)).toBeLessThan(8 * tolerance);
      }
    });

    test('goes over to our kernels and back while it lives', async () => {
      restore();
      const layer = make();
      const x = normal([8, ...shape]);
      const run = async () => {
        const passes = () =>
          tidy(() => [true, false].map((training) => layer.apply(x, { training }) as Tensor));
        const { kernelNames } = await profile(passes);
        return kernelNames.filter((name) => name.startsWith('batchnorm/'));
      };
      expect(await run()).toEqual([]);
      register();
      const kernelNames = layer.getClassName() === 'BatchNormalization' ? 2 : 1;
      expect(await run()).toHaveLength(kernelNames);
      restore();
      expect(await run()).toEqual([]);
    });
  });

  test.each<[string, number[], (from: typeof layers | typeof tfLayers) => Layer]>([
    ['batch normalization of rank 5', [2, 3, 2, 2, 4], (from) => from.batchNormalization()],
    [
      'batch normalization of an axis that is not the last',
      [5, 3, 4],
      (from) => from.batchNormalization({ axis: 1 }),
    ],
    [
      'batch normalization without scale',
      [5, 3],
      (from) => from.batchNormalization({ scale: false }),
    ],
    [
      'batch normalization without center',
      [5, 3],
      (from) => from.batchNormalization({ center: false }),
    ],
    ['batch normalization of nothing', [0, 3], (from) => from.batchNormalization()],
    ['layer normalization of rank 5', [2, 3, 2, 2, 4], (from) => from.layerNormalization()],
    [
      'layer normalization without scale',
      [5, 3],
      (from) => from.layerNormalization({ scale: false }),
    ],
    [
      'layer normalization without center',
      [5, 3],
      (from) => from.layerNormalization({ center: false }),
    ],
  ])("%s, which TensorFlow.js's own can't do or train, is ours", (_, shape, make) => {
    const x = normal(shape);
    const [own, ours] = [tfLayers, layers].map((from) => {
      const layer = make(from);
      const passes = [true, false].map((training) => layer.apply(x, { training }) as Tensor);
      return [...passes, ...layer.getWeights()].map((value) => value.arraySync());
    });
    expect(own).toEqual(ours);
  });

  test('a model gives the same before it is saved and after it is loaded', async () => {
    const model = sequential({ layers: [batchNormalization({ axis: 1, inputShape: [2, 3] })] });
    const [gamma, beta, , variance] = model.getWeights() as [Tensor, Tensor, Tensor, Tensor];
    model.setWeights([gamma, beta, tensor([0, 10]), variance]);
    const x = normal([4, 2, 3]);
    let loaded = model as typeof model | Awaited<ReturnType<typeof loadLayersModel>>;
    await model.save(
      io.withSaveHandler(async (artifacts) => {
        loaded = await loadLayersModel(io.fromMemory(artifacts));
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    expect(loaded).not.toBe(model);
    const [before, after] = [model, loaded].map((each) => (each.predict(x) as Tensor).arraySync());
    expect(before).toEqual(after);
  });

  test('gradients of gradients are those of TensorFlow.js', () => {
    manualSeed(8);
    const [x, weights] = [normal([6, 3]), normal([6, 3])];
    const ofOurs = [layers.batchNormalization, layers.layerNormalization];
    for (const make of [batchNormalization, layerNormalization, ...ofOurs]) {
      const layer = make();
      const apply = (input: Tensor) => layer.apply(input, { training: true }) as Tensor;
      const slope = grad((input: Tensor) => sum(mul(apply(input), weights)));
      const second = grad((input: Tensor) => sum(square(slope(input))));
      const ours = second(x);
      expect(difference(ours, zeros([6, 3]))).toBeGreaterThan(0.1);
      restore();
      expect(difference(ours, second(x))).toBeLessThan(tolerance);
      register();
    }
  });

  test('integers and several inputs are what they are without us', () => {
    const integers = tensor(
      [
        [1, 2],
        [3, 5],
      ],
      [2, 2],
      'int32',
    );
    for (const make of [batchNormalization, layerNormalization]) {
      const layer = make();
      const run = () => {
        const y = layer.apply(integers) as Tensor;
        return [y.dtype, ...y.dataSync()];
      };
      const refused = () => layer.call([normal([2, 2]), normal([2, 2])], {});
      const ours = run();
      expect(refused).toThrow('Expected Tensor length to be 1; got 2');
      restore();
      expect(run()).toEqual(ours);
      register();
    }
  });

  test("a subclass that calls TensorFlow.js's runs our kernels, too", async () => {
    const { constructor: Own } = batchNormalization({ name: 'any' });
    class Doubled extends (Own as typeof tfLayers.Layer) {
      override call(inputs: Tensor | Tensor[], kwargs: object): Tensor {
        return tidy(() => mul(super.call(inputs, kwargs) as Tensor, 2));
      }
    }
    const x = normal([4, 3]);
    const layer = new Doubled({});
    const apply = () => layer.apply(x, { training: true }) as Tensor;
    const { kernelNames } = await profile(apply);
    expect(kernelNames).toContain('batchnorm/BatchNormTraining');
    const plain = batchNormalization().apply(x, { training: true }) as Tensor;
    expect(apply().arraySync()).toEqual(mul(plain, 2).arraySync());
  });
});

describe('of the classes of TensorFlow.js', () => {
  const prototypes = [batchNormalization, layerNormalization].map(
    (make) => Object.getPrototypeOf(make({ name: 'any' })) as Layer,
  );
  const properties = () => prototypes.map((each) => Object.getOwnPropertyDescriptors(each));

  test('nothing is changed but call, and restore puts it back', () => {
    restore();
    const before = properties();
    register();
    register();
    const during = properties();
    for (const [i, { call, ...others }] of before.entries()) {
      const { call: ours, ...same } = during[i] as typeof others & { call: PropertyDescriptor };
      expect(same).toEqual(others);
      expect({ ...ours, value: null }).toEqual({ ...call, value: null });
      expect(ours.value).not.toBe(call?.value);
    }
    restore();
    restore();
    for (const [i, { call }] of before.entries()) expect(properties()[i]?.call).toEqual(call);
  });

  test('what another has put in the place of call since stays', () => {
    const [prototype] = prototypes as [Layer];
    restore();
    const original = prototype.call;
    register();
    const theirs = () => zeros([1]);
    prototype.call = theirs;
    try {
      restore();
      expect(prototype.call).toBe(theirs);
    } finally {
      prototype.call = original;
    }
  });
});
