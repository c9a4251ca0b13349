import * as tf from '@tensorflow/tfjs-core';
import { ArgumentError, DTypeError, ShapeError } from 'batchnorm';
import { restore } from 'batchnorm/tfjs';
import { batchNormInference } from '../../lib/tfjs/ops/batch-norm-inference';
import { batchNormTraining } from '../../lib/tfjs/ops/batch-norm-training';
import { groupNorm } from '../../lib/tfjs/ops/group-norm';
import { layerNorm } from '../../lib/tfjs/ops/layer-norm';
import { expectRefused } from '../expect-refused';
import { difference } from './backends';
import { leaveNoTensors } from './leave-no-tensors';
import { onEachBackend } from './on-each-backend';

type Function = (...xs: tf.Tensor[]) => tf.Tensor;

const epsilon = 1e-3;

// Float32 sums of hundreds of terms in another order, relative to the largest value.
const tolerance = 2e-5;

// What is compared with runs TensorFlow.js's own kernels.
beforeAll(() => restore());

// The engine then checks each kernel for elements that nobody owns.
beforeAll(() => tf.env().set('IS_TEST', true));

/** Normalized along `axes` by the operations of TensorFlow.js. */
function normalized(x: tf.Tensor, axes: number[]): tf.Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
}

onEachBackend(() => {
  leaveNoTensors();

  const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 1, 2, 'float32', seed);

  /** Outputs and the gradients of all inputs. */
  function expectSame(ours: Function, theirs: Function, xs: tf.Tensor[]): void {
    const y = theirs(...xs);
    expect(difference(ours(...xs), y)).toBeLessThan(tolerance);
    const dy = normal(y.shape, 99);
    const expected = tf.grads(theirs)(xs, dy);
    const actual = tf.grads(ours)(xs, dy);
    for (const [index, gradient] of expected.entries()) {
      expect(difference(actual[index] as tf.Tensor, gradient)).toBeLessThan(tolerance);
    }
  }

  const layouts = [
    { shape: [7, 3], axis: -1 },
    { shape: [4, 5, 3], axis: 2 },
    { shape: [4, 5, 6, 3], axis: -1 },
    { shape: [4, 5, 6, 3], axis: 1 },
    { shape: [4, 5, 6, 3], axis: 2 },
    { shape: [2, 3, 4, 5, 3], axis: -1 },
    { shape: [8], axis: 0 },
  ];

  describe.each(layouts)('batch norm of $shape along $axis', ({ shape, axis }) => {
    const index = (axis + shape.length) % shape.length;
    const c = shape[index] as number;
    const axes = [...shape.keys()].filter((each) => each !== index);
    const broadcast = shape.map((size, each) => (each === index ? size : 1));
    const across = (parameter: tf.Tensor) => tf.reshape(parameter, broadcast);

    const affine: [string, number][] = [
      ['gamma and beta', 3],
      ['gamma', 1],
      ['beta', 2],
      ['neither', 0],
    ];

    test.each(affine)('in training, with %s', (_, present) => {
      tf.tidy(() => {
        const given = [normal([c], 2), normal([c], 3)].filter((_, bit) => present & (1 << bit));
        const read = (rest: tf.Tensor[]) => ({
          gamma: present & 1 ? (rest[0] as tf.Tensor) : null,
          beta: present & 2 ? (rest.at(-1) as tf.Tensor) : null,
        });
        const ours: Function = (x, ...rest) => {
          const { gamma, beta } = read(rest);
          const { y, mean, variance } = batchNormTraining(x as tf.Tensor, gamma, beta, {
            epsilon,
            axis,
          });
          // Through the statistics too.
          return tf.add(y, across(tf.add(tf.square(mean), tf.mul(variance, mean))));
        };
        const theirs: Function = (input, ...rest) => {
          const x = input as tf.Tensor;
          const { gamma, beta } = read(rest);
          const scaled = tf.mul(normalized(x, axes), gamma === null ? 1 : across(gamma));
          const y = tf.add(scaled, beta === null ? 0 : across(beta));
          const { mean, variance } = tf.moments(x, axes);
          return tf.add(y, across(tf.add(tf.square(mean), tf.mul(variance, mean))));
        };
        expectSame(ours, theirs, [normal(shape, 1), ...given]);
      });
    });

    test('in inference', () => {
      tf.tidy(() => {
        const ours: Function = (x, mean, variance, gamma, beta) =>
          batchNormInference(
            x as tf.Tensor,
            mean as tf.Tensor,
            variance as tf.Tensor,
            gamma as tf.Tensor,
            beta as tf.Tensor,
            { epsilon, axis },
          );
        const theirs: Function = (x, ...parameters) => {
          const [mean, variance, gamma, beta] = parameters.map(across) as [
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
            tf.Tensor,
          ];
          const deviation = tf.sub(x as tf.Tensor, mean);
          return tf.add(tf.mul(tf.div(deviation, tf.sqrt(tf.add(variance, epsilon))), gamma), beta);
        };
        const variance = tf.randomUniform([c], 0.5, 2, 'float32', 4);
        const parameters = [normal([c], 2), variance, normal([c], 5), normal([c], 6)];
        expectSame(ours, theirs, [normal(shape, 1), ...parameters]);
      });
    });
  });

  test.each([1, 2, 3])('layer norm over the last %d axes', (axes) => {
    tf.tidy(() => {
      const shape = [4, 5, 6];
      const last = shape.slice(-axes);
      const over = [...shape.keys()].slice(-axes);
      expectSame(
        (x, gamma, beta) =>
          layerNorm(x as tf.Tensor, gamma as tf.Tensor, beta as tf.Tensor, { epsilon, axes }),
        (x, gamma, beta) =>
          tf.add(tf.mul(normalized(x as tf.Tensor, over), gamma as tf.Tensor), beta as tf.Tensor),
        [normal(shape, 1), normal(last, 2), normal(last, 3)],
      );
      expectSame(
        (x) => layerNorm(x as tf.Tensor, null, null, { epsilon, axes }),
        (x) => normalized(x as tf.Tensor, over),
        [normal(shape, 1)],
      );
    });
  });

  test.each([1, 2, 6])('group norm of %d groups, of either layout', (groups) => {
    tf.tidy(() => {
      const across = (parameter: tf.Tensor | undefined, axis: number) =>
        tf.reshape(parameter as tf.Tensor, axis === 1 ? [6, 1] : [6]);
      for (const axis of [1, 2]) {
        const shape = axis === 1 ? [2, 6, 5] : [2, 5, 6];
        const inGroups = axis === 1 ? [2, groups, 6 / groups, 5] : [2, 5, groups, 6 / groups];
        expectSame(
          (x, gamma, beta) =>
            groupNorm(x as tf.Tensor, gamma as tf.Tensor, beta as tf.Tensor, {
              epsilon,
              groups,
              axis,
            }),
          (x, gamma, beta) => {
            const y = normalized(
              tf.reshape(x as tf.Tensor, inGroups),
              axis === 1 ? [2, 3] : [1, 3],
            );
            return tf.add(tf.mul(tf.reshape(y, shape), across(gamma, axis)), across(beta, axis));
          },
          [normal(shape, 1), normal([6], 2), normal([6], 3)],
        );
      }
    });
  });

  test('a single value per channel gives beta', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[5, Number.POSITIVE_INFINITY]]);
      const beta = tf.tensor1d([3, 4]);
      const { y, mean, variance } = batchNormTraining(x, null, beta, { epsilon });
      expect([...y.dataSync()]).toEqual([3, Number.NaN]);
      expect([...mean.dataSync()]).toEqual([5, Number.POSITIVE_INFINITY]);
      expect([...variance.dataSync()]).toEqual([0, 0]);
      const slope = tf.grad(
        (input: tf.Tensor) => batchNormTraining(input, null, beta, { epsilon }).y,
      );
      expect([...slope(tf.tensor2d([[5, 7]])).dataSync()]).toEqual([0, 0]);
    });
  });

  test('of nothing there is no mean', () => {
    tf.tidy(() => {
      const { y, mean, variance } = batchNormTraining(tf.zeros([0, 2]), null, null, { epsilon });
      expect(y.shape).toEqual([0, 2]);
      expect([...mean.dataSync(), ...variance.dataSync()]).toEqual(Array(4).fill(Number.NaN));
      expect(layerNorm(tf.zeros([0, 2]), null, null, { epsilon }).shape).toEqual([0, 2]);
      const grouped = groupNorm(tf.zeros([2, 0, 4]), null, null, { epsilon, groups: 2 });
      expect(grouped.shape).toEqual([2, 0, 4]);
    });
  });

  test('refuses what does not fit', () => {
    tf.tidy(() => {
      const x = tf.ones([4, 6]);
      const v = tf.ones([3]);
      const options = { epsilon };
      expectRefused(() => batchNormTraining(x, v, null, options), ShapeError, '6 elements not 3');
      expectRefused(() => batchNormTraining(x, null, null, { epsilon: -1 }), ArgumentError, 'eps');
      const wrongAxis = { epsilon, axis: 2 };
      expectRefused(() => batchNormTraining(x, null, null, wrongAxis), ArgumentError, 'axis');
      expectRefused(() => batchNormInference(x, v, v, null, null, options), ShapeError, '6');
      const integers = tf.cast(x, 'int32');
      expectRefused(() => layerNorm(integers, null, null, options), DTypeError, 'float32');
      expectRefused(() => layerNorm(x, null, null, { epsilon, axes: 3 }), ArgumentError, 'axes');
      expectRefused(
        () => groupNorm(x, null, null, { epsilon, groups: 4 }),
        ShapeError,
        'divisible',
      );
      const middle = { epsilon, groups: 1, axis: 2 };
      const rank4 = tf.ones([2, 2, 2, 2]);
      expectRefused(() => groupNorm(rank4, null, null, middle), ArgumentError, 'transpose');
    });
  });
});
