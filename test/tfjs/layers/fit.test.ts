import { memory, type Tensor } from '@tensorflow/tfjs-core';
import {
  constraints,
  initializers,
  type Sequential,
  layers as tfLayers,
} from '@tensorflow/tfjs-layers';
import { layers, restore } from 'batchnorm/tfjs';
import { difference } from '../backends';
import { onEachBackend } from '../on-each-backend';
import { gradientsOf, type Layer, modelOf, samples } from './models';

// What ours is compared with is TensorFlow.js alone.
beforeAll(restore);

interface Case {
  readonly name: string;
  /** Of one sample before the normalization. */
  readonly shape: readonly number[];
  readonly ours: () => Layer;
  /** What does the same with TensorFlow.js's own layers. */
  readonly own: () => Layer[];
  /** A weight of its own layer that ours is made without, and so stays as it is. */
  readonly frozen?: 'gamma' | 'beta';
}

const everything = {
  momentum: 0.7,
  epsilon: 0.05,
  gammaInitializer: initializers.randomUniform({ minval: -1, maxval: 1, seed: 3 }),
  betaInitializer: 'ones',
  movingMeanInitializer: 'ones',
  movingVarianceInitializer: 'zeros',
  gammaRegularizer: 'l1l2',
  betaRegularizer: 'l1l2',
  gammaConstraint: constraints.nonNeg(),
  betaConstraint: 'maxNorm',
} as const;

const cases: Case[] = [
  {
    name: 'batch normalization of rank 2',
    shape: [6],
    ours: () => layers.batchNormalization(),
    own: () => [tfLayers.batchNormalization()],
  },
  {
    name: 'batch normalization of rank 3',
    shape: [3, 4],
    ours: () => layers.batchNormalization({ axis: 2 }),
    own: () => [tfLayers.batchNormalization({ axis: 2 })],
  },
  {
    name: 'batch normalization of rank 4',
    shape: [3, 2, 4],
    ours: () => layers.batchNormalization({}),
    own: () => [tfLayers.batchNormalization({})],
  },
  {
    name: 'batch normalization that is not trainable',
    shape: [3, 4],
    ours: () => layers.batchNormalization({ trainable: false }),
    own: () => [tfLayers.batchNormalization({ trainable: false })],
  },
  {
    name: 'batch normalization of rank 5',
    shape: [3, 2, 2, 4],
    ours: () => layers.batchNormalization(),
    // Its own has no rank 5.
    own: () => [tfLayers.reshape({ targetShape: [12, 4] }), tfLayers.batchNormalization()],
  },
  {
    name: 'batch normalization with all arguments',
    shape: [3, 4],
    ours: () => layers.batchNormalization(everything),
    own: () => [tfLayers.batchNormalization(everything)],
  },
  // Its own can't be fitted where the channels are not the last axis, and without gamma or beta.
  {
    name: 'batch normalization of rank 4, channels first',
    shape: [4, 3, 2],
    ours: () => layers.batchNormalization({ axis: 1 }),
    own: () => [
      tfLayers.permute({ dims: [2, 3, 1] }),
      tfLayers.batchNormalization(),
      tfLayers.permute({ dims: [3, 1, 2] }),
    ],
  },
  {
    name: 'batch normalization of rank 5, channels in the middle',
    shape: [3, 4, 2, 2],
    ours: () => layers.batchNormalization({ axis: -3 }),
    own: () => [
      tfLayers.reshape({ targetShape: [3, 4, 4] }),
      tfLayers.permute({ dims: [1, 3, 2] }),
      tfLayers.batchNormalization(),
      tfLayers.permute({ dims: [1, 3, 2] }),
    ],
  },
  {
    name: 'batch normalization without scale',
    shape: [6],
    ours: () => layers.batchNormalization({ scale: false }),
    own: () => [tfLayers.batchNormalization()],
    frozen: 'gamma',
  },
  {
    name: 'batch normalization without center',
    shape: [6],
    ours: () => layers.batchNormalization({ center: false }),
    own: () => [tfLayers.batchNormalization()],
    frozen: 'beta',
  },
  {
    name: 'layer normalization of rank 2',
    shape: [6],
    ours: () => layers.layerNormalization(),
    own: () => [tfLayers.layerNormalization()],
  },
  {
    name: 'layer normalization of rank 4, one axis',
    shape: [3, 2, 4],
    ours: () => layers.layerNormalization({ betaRegularizer: 'l1l2', epsilon: 0.05 }),
    own: () => [tfLayers.layerNormalization({ betaRegularizer: 'l1l2', epsilon: 0.05 })],
  },
  {
    name: 'layer normalization over two axes',
    shape: [3, 2, 4],
    ours: () => layers.layerNormalization({ axis: [-2, -1] }),
    own: () => [tfLayers.layerNormalization({ axis: [-2, -1] })],
  },
  {
    name: 'layer normalization over axes that are not the last',
    shape: [3, 2, 4],
    ours: () => layers.layerNormalization({ axis: [1, 2] }),
    own: () => [tfLayers.layerNormalization({ axis: [1, 2] })],
  },
  {
    name: 'layer normalization over the first and the last axis',
    shape: [3, 2, 4],
    ours: () => layers.layerNormalization({ axis: [1, -1] }),
    own: () => [tfLayers.layerNormalization({ axis: [1, -1] })],
  },
  {
    name: 'layer normalization without scale',
    shape: [6],
    ours: () => layers.layerNormalization({ scale: false }),
    own: () => [tfLayers.layerNormalization()],
    frozen: 'gamma',
  },
  {
    name: 'layer normalization without center',
    shape: [6],
    ours: () => layers.layerNormalization({ center: false }),
    own: () => [tfLayers.layerNormalization()],
    frozen: 'beta',
  },
  {
    name: 'group normalization in one group, which is layer normalization',
    shape: [6],
    ours: () => layers.groupNormalization({ groups: 1 }),
    own: () => [tfLayers.layerNormalization()],
  },
];

// float32 rounds by up to 6e-8 of a number, and TensorFlow.js adds up in it: a sum of the 240 values
// of such a batch is some of these off, and each step of fit starts from that.
const tolerance = 32 * 6e-8;

onEachBackend(() => {
  let x: Tensor;
  let y: Tensor;

  beforeAll(() => {
    ({ x, y } = samples());
  });

  describe.each(cases)('$name', ({ shape, ours, own, frozen }) => {
    test('has the gradients of TensorFlow.js', () => {
      const [model, expected] = pair();
      const gradients = gradientsOf(model, x, y);
      for (const [i, gradient] of gradientsOf(expected, x, y).entries()) {
        expect(difference(gradient, gradients[i] as Tensor)).toBeLessThan(tolerance);
      }
    });

    test('goes through epochs of fit as its own does, and leaves no tensors', async () => {
      const [model, expected] = pair();
      // The last batch of an epoch has 8 samples.
      const options = { epochs: 2, batchSize: 12, shuffle: false, verbose: 0 } as const;
      const steps = 2 * 2 * 2;
      await model.fit(x, y, options);
      const { numTensors } = memory();
      await model.fit(x, y, options);
      expect(memory().numTensors).toBe(numTensors);
      await expected.fit(x, y, options);
      await expected.fit(x, y, options);

      for (const [name, weight] of weightsOf(model)) {
        const other = weightsOf(expected).get(name) as Tensor;
        expect(difference(weight, other)).toBeLessThan(steps * tolerance);
      }
      for (const [output, other] of [
        [model.predict(x), expected.predict(x)],
        [model.evaluate(x, y), expected.evaluate(x, y)],
      ] as [Tensor, Tensor][]) {
        expect(difference(output, other)).toBeLessThan(steps * tolerance);
      }
    });

    function pair(): [model: Sequential, expected: Sequential] {
      const model = modelOf(shape, [ours()]);
      const expected = modelOf(shape, own());
      for (const weight of expected.weights) {
        if (frozen !== undefined && weight.originalName.endsWith(frozen)) weight.trainable = false;
      }
      return [model, expected];
    }
  });
});

/** By the names that they have in their layers, numbered where there are two. */
function weightsOf(model: Sequential): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const weight of model.weights) {
    const name = weight.originalName.split('/').at(-1) as string;
    found.set(found.has(name) ? `${name} behind` : name, weight.read());
  }
  return found;
}
