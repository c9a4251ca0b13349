import { losses, type Tensor, tensor, tidy, train, variableGrads } from '@tensorflow/tfjs-core';
import {
  initializers,
  type Sequential,
  sequential,
  layers as tfLayers,
  type layers as tfLayerTypes,
} from '@tensorflow/tfjs-layers';
import { manualSeed, randn } from 'batchnorm';

export type Layer = tfLayerTypes.Layer;

/** 5 inputs, a learned map to samples of `shape`, `inside`, and one output; to be fitted. */
export function modelOf(shape: readonly number[], inside: readonly Layer[]): Sequential {
  const units = shape.reduce((product, size) => product * size, 1);
  const model = sequential({
    layers: [
      tfLayers.dense({
        inputShape: [5],
        units,
        // Batch normalization would take a bias away again: its gradient would be noise alone.
        useBias: false,
        kernelInitializer: initializers.randomNormal({ seed: 1 }),
      }),
      tfLayers.reshape({ targetShape: [...shape] }),
      ...inside,
      tfLayers.reshape({ targetShape: [units] }),
      tfLayers.dense({ units: 1, kernelInitializer: initializers.randomNormal({ seed: 2 }) }),
    ],
  });
  model.compile({ loss: 'meanSquaredError', optimizer: train.sgd(0.05) });
  return model;
}

/** 20 samples for such a model, the same ones each time. */
export function samples(): { x: Tensor; y: Tensor } {
  manualSeed(5);
  return { x: normal([20, 5]), y: normal([20, 1]) };
}

/** Normally distributed numbers, by the seed that was set last. */
export function normal(shape: number[]): Tensor {
  return tensor(Float32Array.from(randn(shape).data), shape);
}

/** The gradients of the squared error by the weights that are trained. */
export function gradientsOf(model: Sequential, x: Tensor, y: Tensor): Tensor[] {
  return tidy(() => {
    const { grads } = variableGrads(() =>
      losses.meanSquaredError(y, model.apply(x, { training: true }) as Tensor),
    );
    return model.trainableWeights.map(({ name }) => grads[name] as Tensor);
  });
}
