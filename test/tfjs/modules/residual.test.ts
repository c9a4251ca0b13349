import * as tf from '@tensorflow/tfjs-core';
import { BatchNorm1d, BatchNorm2d, type FrozenBatchNorm2d, type Tensor } from 'batchnorm';
import { batchNorm, variables } from 'batchnorm/tfjs';
import { leaveNoTensors } from '../leave-no-tensors';
import { onEachBackend } from '../on-each-backend';
import { asModule, frozen, type Layer } from './layer';

// The engine then checks each kernel for elements that nobody owns.
beforeAll(() => tf.env().set('IS_TEST', true));

onEachBackend(() => {
  afterEach(() => tf.disposeVariables());
  leaveNoTensors();

  const residualLayers: [string, () => BatchNorm2d | FrozenBatchNorm2d][] = [
    ['with relu', () => new BatchNorm2d(3, { activation: 'relu' })],
    ['with leakyRelu', () => new BatchNorm2d(3, { activation: 'leakyRelu', negativeSlope: 0.2 })],
    ['without an activation', () => new BatchNorm2d(3)],
    ['without parameters', () => new BatchNorm2d(3, { affine: false, activation: 'relu' })],
    ['in evaluation', () => new BatchNorm2d(3, { activation: 'relu' }).eval()],
    ['frozen', frozen],
  ];

  test.each(residualLayers)('a residual is added before the activation: %s', (_, make) => {
    const ours = make();
    const theirs = make() as unknown as Layer;
    tf.tidy(() => {
      const learned = variables(ours);
      const shape = [2, 4, 5, 3];
      const x = tf.randomNormal(shape, 1, 2, 'float32', 1);
      const residual = tf.randomNormal(shape, 0, 1, 'float32', 2);
      const dy = tf.randomNormal(shape, 0, 1, 'float32', 3);
      let y: tf.Tensor | undefined;
      const { grads } = tf.valueAndGrads((input: tf.Tensor, added: tf.Tensor) => {
        y = tf.keep(batchNorm(input, ours, { residual: added }));
        return y;
      })([x, residual, ...learned], dy);
      const expected = theirs.forward(asModule(x), {
        residual: asModule(residual),
        grad: true,
      });
      const gradients = theirs.backward(asModule(dy)) as {
        gradInput: Tensor;
        gradResidual: Tensor;
      };
      expect(y?.dataSync()).toEqual(expected.data);
      expect(grads.map((gradient) => gradient?.dataSync())).toEqual([
        gradients.gradInput.data,
        gradients.gradResidual.data,
        ...theirs.parameters().map(({ grad }) => grad?.data),
      ]);
      y?.dispose();
    });
  });

  test('a residual that is x itself has both gradients', () => {
    tf.tidy(() => {
      const layer = new BatchNorm1d(2, { affine: false }).eval();
      const x = tf.ones([3, 2]);
      const [gradient] = tf.grads((input: tf.Tensor) =>
        batchNorm(input, layer, { residual: input }),
      )([x]);
      const invstd = Math.fround(1 / Math.sqrt(1 + 1e-5));
      expect([...(gradient?.dataSync() ?? [])]).toEqual(Array(6).fill(Math.fround(1 + invstd)));
    });
  });
});
