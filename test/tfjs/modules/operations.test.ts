import * as tf from '@tensorflow/tfjs-core';
import {
  ArgumentError,
  BatchNorm2d,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  LazyInstanceNorm2d,
  type Module,
  type Parameter,
  RMSNorm,
  type Tensor,
} from 'batchnorm';
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm, variables } from 'batchnorm/tfjs';
import { difference } from '../backends';
import { leaveNoTensors } from '../leave-no-tensors';
import { onEachBackend } from '../on-each-backend';
import { asModule, frozen, type Layer } from './layer';

// The engine then checks each kernel for elements that nobody owns.
beforeAll(() => tf.env().set('IS_TEST', true));

type Operation = (x: tf.Tensor) => tf.Tensor;

interface Case {
  name: string;
  /** A new layer, and the operation that does what it does. */
  make: () => [Layer, Operation];
  shape: number[];
  /** The shape as the layer takes it; channels last of (N, ..., C) unless told. */
  as?: 'contiguous' | 'unbatched';
}

onEachBackend(() => {
  afterEach(() => tf.disposeVariables());
  leaveNoTensors();

  const of = <M extends Module>(
    make: () => M,
    operation: (x: tf.Tensor, module: M) => tf.Tensor,
  ): Case['make'] => {
    return () => {
      const module = make();
      return [module as unknown as Layer, (x) => operation(x, module)];
    };
  };
  const first = { dataFormat: 'channelsFirst' } as const;

  const cases: Case[] = [
    {
      name: 'LayerNorm',
      make: of(() => new LayerNorm(6), layerNorm),
      shape: [4, 3, 6],
      as: 'contiguous',
    },
    {
      name: 'LayerNorm of two axes',
      make: of(() => new LayerNorm([3, 6]), layerNorm),
      shape: [4, 3, 6],
      as: 'contiguous',
    },
    {
      name: 'LayerNorm without bias',
      make: of(() => new LayerNorm(6, { bias: false }), layerNorm),
      shape: [4, 6],
    },
    {
      name: 'LayerNorm of a vector',
      make: of(() => new LayerNorm(6, { eps: 0.1 }), layerNorm),
      shape: [6],
      as: 'contiguous',
    },
    {
      name: 'LayerNorm that learns nothing',
      make: of(() => new LayerNorm(6, { elementwiseAffine: false }), layerNorm),
      shape: [4, 6],
      as: 'contiguous',
    },
    {
      name: 'RMSNorm',
      make: of(() => new RMSNorm([2, 3]), rmsNorm),
      shape: [4, 2, 3],
      as: 'contiguous',
    },
    {
      name: 'RMSNorm with eps',
      make: of(() => new RMSNorm(3, { eps: 0.5 }), rmsNorm),
      shape: [4, 2, 3],
      as: 'contiguous',
    },
    {
      name: 'GroupNorm',
      make: of(() => new GroupNorm(2, 6), groupNorm),
      shape: [2, 3, 4, 6],
    },
    {
      name: 'GroupNorm, channels first',
      make: of(
        () => new GroupNorm(2, 6),
        (x, m) => groupNorm(x, m, first),
      ),
      shape: [2, 6, 4],
      as: 'contiguous',
    },
    { name: 'GroupNorm of (N, C)', make: of(() => new GroupNorm(2, 6), groupNorm), shape: [5, 6] },
    {
      name: 'InstanceNorm2d',
      make: of(() => new InstanceNorm2d(3), instanceNorm),
      shape: [2, 4, 5, 3],
    },
    {
      name: 'BatchNorm2d of other channels, without values of its own',
      make: of(() => new BatchNorm2d(5, { affine: false, trackRunningStats: false }), batchNorm),
      shape: [2, 4, 5, 3],
    },
    {
      name: 'InstanceNorm2d of other channels, without values of its own',
      make: of(() => new InstanceNorm2d(5), instanceNorm),
      shape: [2, 4, 5, 3],
    },
    {
      name: 'GroupNorm of other channels, without parameters',
      make: of(() => new GroupNorm(2, 4, { affine: false }), groupNorm),
      shape: [2, 4, 5, 6],
    },
    {
      name: 'InstanceNorm2d, affine',
      make: of(() => new InstanceNorm2d(3, { affine: true }), instanceNorm),
      shape: [2, 4, 5, 3],
    },
    {
      name: 'InstanceNorm1d that tracks',
      make: of(
        () => new InstanceNorm1d(3, { affine: true, trackRunningStats: true }),
        instanceNorm,
      ),
      shape: [2, 5, 3],
    },
    {
      name: 'InstanceNorm1d in evaluation',
      make: of(
        () => new InstanceNorm1d(3, { affine: true, trackRunningStats: true }).eval(),
        instanceNorm,
      ),
      shape: [2, 5, 3],
    },
    {
      name: 'InstanceNorm3d, channels first',
      make: of(
        () => new InstanceNorm3d(3),
        (x, m) => instanceNorm(x, m, first),
      ),
      shape: [2, 3, 2, 3, 2],
      as: 'contiguous',
    },
    {
      name: 'InstanceNorm2d of a single sample',
      make: of(() => new InstanceNorm2d(3, { affine: true }), instanceNorm),
      shape: [4, 5, 3],
      as: 'unbatched',
    },
    {
      name: 'InstanceNorm2d of a single sample, channels first',
      make: of(
        () => new InstanceNorm2d(3, { affine: true }),
        (x, m) => instanceNorm(x, m, first),
      ),
      shape: [3, 4, 5],
      as: 'contiguous',
    },
    { name: 'FrozenBatchNorm2d', make: of(frozen, batchNorm), shape: [2, 4, 5, 3] },
  ];

  test.each(cases)('does and learns what the layer does: $name', ({ make, shape, as }) => {
    const [ours, operation] = make();
    const [theirs] = make();
    for (const layer of [ours, theirs]) {
      for (const [i, { data }] of layer.parameters().entries()) {
        for (const j of data.keys()) data[j] = Math.sin(1 + j + 10 * i);
      }
    }
    tf.tidy(() => {
      const learned = variables(ours);
      expect(learned).toHaveLength(theirs.parameters().length);
      for (const seed of [1, 2]) {
        const x = tf.randomNormal(shape, 1, 2, 'float32', seed);
        const dy = tf.randomNormal(shape, 0, 1, 'float32', seed + 10);
        let y: tf.Tensor | undefined;
        const { grads } = tf.valueAndGrads((input: tf.Tensor) => {
          y = tf.keep(operation(input));
          return y;
        })([x, ...learned], dy);
        const expected = theirs.forward(asModule(x, as), { grad: true });
        const gradInput = theirs.backward(asModule(dy, as)) as Tensor;
        // The same kernels over the same elements: the same bits.
        expect(y?.shape).toEqual(shape);
        expect(y?.dataSync()).toEqual(expected.data);
        expect(grads[0]?.shape).toEqual(shape);
        expect(grads.map((gradient) => gradient?.dataSync())).toEqual([
          gradInput.data,
          ...theirs.parameters().map(({ grad }) => grad?.data),
        ]);
        expect(grads.slice(1).map((gradient) => gradient?.shape)).toEqual(
          theirs.parameters().map((parameter) => parameter.shape),
        );
        y?.dispose();
        theirs.zeroGrad();
        expect(ours.stateDict()).toEqual(theirs.stateDict());
      }
      // Nothing is left with the layer, whose own backward would take it for that of its own forward.
      expect(() => ours.backward(asModule(tf.ones(shape), as))).toThrow(ArgumentError);
    });
  });

  test("are what a composition of TensorFlow.js's own operations gives, gradients too", () => {
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R2>([5, 8], 1, 2, 'float32', 4);
      const dy = tf.randomNormal<tf.Rank.R2>([5, 8], 0, 1, 'float32', 5);
      const norm = new LayerNorm(8);
      const rms = new RMSNorm(8, { eps: 1e-5 });
      const centered = (t: tf.Tensor) => tf.sub(t, tf.mean(t, -1, true));
      const scaled = (t: tf.Tensor) =>
        tf.div(t, tf.sqrt(tf.add(tf.mean(tf.square(t), -1, true), 1e-5)));
      variables(norm);
      variables(rms);
      const pairs: [Operation, Operation][] = [
        [(t) => layerNorm(t, norm), (t) => scaled(centered(t))],
        [(t) => rmsNorm(t, rms), scaled],
      ];
      for (const [ours, theirs] of pairs) {
        const actual = tf.valueAndGrads((t: tf.Tensor) => ours(t))([x], dy);
        const expected = tf.valueAndGrads((t: tf.Tensor) => theirs(t))([x], dy);
        // A dozen roundings of float32 in theirs, each 2^-24 of the largest.
        expect(difference(actual.value, expected.value)).toBeLessThan(1e-6);
        expect(
          difference(actual.grads[0] as tf.Tensor, expected.grads[0] as tf.Tensor),
        ).toBeLessThan(1e-6);
      }
    });
  });

  test('a loop of optimizer steps learns a layer norm', () => {
    const norm = new LayerNorm(3);
    const learned = variables(norm);
    const optimizer = tf.train.sgd(0.5);
    const x = tf.randomNormal([16, 3], 0, 1, 'float32', 6);
    const target = tf.tidy(() =>
      tf.add(tf.mul(layerNorm(x, new LayerNorm(3)), [2, -1, 0.5]), [1, 0, -1]),
    );
    for (let step = 0; step < 60; step++) {
      const loss = () => tf.mean<tf.Scalar>(tf.squaredDifference(layerNorm(x, norm), target));
      const { value, grads } = tf.variableGrads(loss, learned);
      optimizer.applyGradients(grads);
      tf.dispose([value, grads] as tf.TensorContainer);
    }
    const near = (parameter: Parameter | null, values: number[]) => {
      expect(parameter?.data).toHaveLength(values.length);
      for (const [i, value] of values.entries()) expect(parameter?.data[i]).toBeCloseTo(value, 1);
    };
    near(norm.weight, [2, -1, 0.5]);
    near(norm.bias, [1, 0, -1]);
    optimizer.dispose();
    tf.dispose([x, target]);
  });

  test('what requires no gradient needs no variables', () => {
    tf.tidy(() => {
      const layer = new LayerNorm(3).requiresGrad_(false);
      const x = tf.randomNormal([4, 3], 0, 1, 'float32', 7);
      const dy = tf.randomNormal([4, 3], 0, 1, 'float32', 8);
      const gradient = tf.grad((input: tf.Tensor) => layerNorm(input, layer))(x, dy);
      const theirs = new LayerNorm(3);
      theirs.forward(asModule(x, 'contiguous'));
      expect(gradient.dataSync()).toEqual(theirs.backward(asModule(dy, 'contiguous')).data);
      if (layer.bias !== null) layer.bias.requiresGrad = true;
      expect(() => tf.grad((input: tf.Tensor) => layerNorm(input, layer))(x, dy)).toThrow(
        'variables(module)',
      );
    });
  });

  test('a lazy layer takes its channels from the first input', () => {
    tf.tidy(() => {
      const layer = new LazyInstanceNorm2d();
      expect(() =>
        tf.grad((x: tf.Tensor) => instanceNorm(x, layer))(tf.ones([1, 2, 2, 5])),
      ).toThrow('variables(module)');
      instanceNorm(tf.ones([1, 2, 2, 5]), layer);
      expect(layer.numFeatures).toBe(5);
    });
  });
});
