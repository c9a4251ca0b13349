import * as tf from '@tensorflow/tfjs-core';
import type * as TensorFlowLayers from '@tensorflow/tfjs-layers';
import { ArgumentError } from 'batchnorm';
import { layers } from 'batchnorm/tfjs';
import '../backends';

/** As a second copy of the package in node_modules would be. */
function secondCopy(): typeof TensorFlowLayers {
  let copy: typeof TensorFlowLayers | undefined;
  jest.isolateModules(() => {
    jest.doMock('@tensorflow/tfjs-core', () => tf);
    copy = require('@tensorflow/tfjs-layers');
  });
  return copy as typeof TensorFlowLayers;
}

beforeAll(async () => {
  expect(await tf.setBackend('cpu')).toBe(true);
});

test.each(['batchNormalization', 'layerNormalization', 'groupNormalization'] as const)(
  "%s in a model of another copy of TensorFlow.js's layers says that there are two",
  (name) => {
    const other = secondCopy();
    const model = other.sequential();
    model.add(other.layers.reshape({ inputShape: [32], targetShape: [32] }));
    const add = () => model.add(layers[name]());
    expect(add).toThrow(ArgumentError);
    expect(add).toThrow('another copy of @tensorflow/tfjs-layers');
  },
);
