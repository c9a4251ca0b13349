import * as tf from '@tensorflow/tfjs-core';
import {
  ArgumentError,
  BatchNorm1d,
  DTypeError,
  GroupNorm,
  InstanceNorm1d,
  LayerNorm,
  type Module,
  RMSNorm,
  ShapeError,
  Tensor,
} from 'batchnorm';
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from 'batchnorm/tfjs';
import { expectRefused } from '../../expect-refused';
import { leaveNoTensors } from '../leave-no-tensors';
import { onEachBackend } from '../on-each-backend';

// The engine then checks each kernel for elements that nobody owns.
beforeAll(() => tf.env().set('IS_TEST', true));

onEachBackend(() => {
  leaveNoTensors();

  type Refused = [string, (x: tf.Tensor) => unknown, Parameters<typeof expectRefused>[1], string];
  test.each<Refused>([
    [
      'LayerNorm: another shape',
      (x) => layerNorm(x, new LayerNorm(4)),
      ShapeError,
      'shape [*, 4], but got input of size[2, 5, 3]',
    ],
    [
      'RMSNorm: another shape',
      (x) => rmsNorm(x, new RMSNorm(4)),
      ShapeError,
      'shape [*, 4], but got input of size[2, 5, 3]',
    ],
    [
      'GroupNorm: other channels',
      (x) => groupNorm(x, new GroupNorm(5, 5)),
      ShapeError,
      "pass { dataFormat: 'channelsFirst' }",
    ],
    [
      'InstanceNorm: other channels',
      (x) => instanceNorm(x, new InstanceNorm1d(5, { affine: true })),
      ShapeError,
      "pass { dataFormat: 'channelsFirst' }",
    ],
    [
      'InstanceNorm: one value',
      () => instanceNorm(tf.ones([2, 1, 3]), new InstanceNorm1d(3)),
      ShapeError,
      'more than 1 spatial element',
    ],
    [
      'LayerNorm: a residual',
      (x) => layerNorm(x, new LayerNorm(3), { residual: x } as never),
      ArgumentError,
      "layerNorm: there are no options, got 'residual': write tf.relu(tf.add(layerNorm(x, module)",
    ],
    [
      'RMSNorm: something else than options',
      (x) => rmsNorm(x, new RMSNorm(3), 1e-5 as never),
      ArgumentError,
      'rmsNorm: there are no options, got 0.00001',
    ],
    [
      'another class',
      (x) => layerNorm(x, new RMSNorm(3) as never),
      ArgumentError,
      'layerNorm: module should be of class LayerNorm, got the module RMSNorm',
    ],
    [
      'and another',
      (x) => rmsNorm(x, new LayerNorm(3) as never),
      ArgumentError,
      'rmsNorm: module should be of class RMSNorm, got the module LayerNorm',
    ],
    [
      'and another',
      (x) => groupNorm(x, new BatchNorm1d(3) as never),
      ArgumentError,
      'groupNorm: module should be of class GroupNorm, got the module BatchNorm1d',
    ],
    [
      'and another',
      (x) => instanceNorm(x, new BatchNorm1d(3) as never),
      ArgumentError,
      'InstanceNorm1d, InstanceNorm2d or InstanceNorm3d, got the module BatchNorm1d',
    ],
    [
      'a tensor of ours',
      () => layerNorm(new Tensor(new Float32Array(3), [3]) as never, new LayerNorm(3)),
      ArgumentError,
      'a tensor of TensorFlow.js, got a Tensor of batchnorm',
    ],
    [
      'no tensor',
      () => groupNorm(undefined as never, new GroupNorm(1, 3)),
      ArgumentError,
      'x should be a tensor of TensorFlow.js, got undefined',
    ],
    ['integers', (x) => layerNorm(tf.cast(x, 'int32'), new LayerNorm(3)), DTypeError, 'int32'],
    ['float64', (x) => layerNorm(x, new LayerNorm(3, { dtype: 'float64' })), DTypeError, 'float64'],
    [
      'options',
      (x) => groupNorm(x, new GroupNorm(1, 3), { axis: 1 } as never),
      ArgumentError,
      'dataFormat',
    ],
    [
      'a format',
      (x) => instanceNorm(x, new InstanceNorm1d(3), { dataFormat: 'NHWC' as never }),
      ArgumentError,
      'NHWC',
    ],
    [
      'a residual of another shape',
      (x) => batchNorm(x, new BatchNorm1d(3), { residual: tf.ones([3]) }),
      ShapeError,
      'residual should have the shape of x, [2, 5, 3], got [3]',
    ],
    [
      'a residual of ours',
      (x) =>
        batchNorm(x, new BatchNorm1d(3), {
          residual: new Tensor(new Float32Array(30), [2, 5, 3]) as never,
        }),
      ArgumentError,
      'residual should be a tensor of TensorFlow.js',
    ],
  ])('%s', (_, call, error, message) => {
    tf.tidy(() => {
      const x = tf.ones([2, 5, 3]);
      expectRefused(() => call(x), error, message);
    });
  });

  test.each<[string, () => Module, (x: tf.Tensor, module: never) => tf.Tensor]>([
    ['LayerNorm', () => new LayerNorm(3), layerNorm],
    ['RMSNorm', () => new RMSNorm(3), rmsNorm],
    ['GroupNorm', () => new GroupNorm(1, 3), groupNorm],
    ['InstanceNorm1d', () => new InstanceNorm1d(3, { affine: true }), instanceNorm],
  ])('a gradient that would not reach the parameters of %s', (name, make, operation) => {
    tf.tidy(() => {
      const gradient = tf.grad((x: tf.Tensor) => operation(x, make() as never));
      expectRefused(
        () => gradient(tf.ones([2, 5, 3])),
        ArgumentError,
        `the ${name}'s weight and bias`,
      );
    });
  });
});
