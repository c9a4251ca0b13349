import * as tf from '@tensorflow/tfjs-core';
import { BatchNorm1d, MissingPeerError } from 'batchnorm';
import { batchNorm } from 'batchnorm/tfjs';

test('without a backend the error says which to import', () => {
  // No tensor can be made without one either: this stands for what another copy's backend made.
  const x = { dataId: {}, dtype: 'float32', shape: [4, 3], rank: 2, size: 12 } as tf.Tensor;
  const call = () => batchNorm(x, new BatchNorm1d(3, { affine: false }));
  expect(tf.engine().backendNames()).toEqual([]);
  expect(call).toThrow(MissingPeerError);
  expect(call).toThrow("import '@tensorflow/tfjs-backend-wasm'");
});
