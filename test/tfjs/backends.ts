// TensorFlow.js with its two backends, and the layers, which bring the gradients of its operations.
import type * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';

// Its cpu backend advertises another one in the first call.
console.warn = () => {};

export const backends = ['cpu', 'wasm'] as const;

/** The largest difference of two tensors of one shape, relative to the largest value. */
export function difference(actual: tf.Tensor, expected: tf.Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const a = actual.dataSync();
  const b = expected.dataSync();
  let largest = 0;
  let scale = 1;
  for (const [index, value] of b.entries()) {
    largest = Math.max(largest, Math.abs((a[index] as number) - value));
    scale = Math.max(scale, Math.abs(value));
  }
  return largest / scale;
}
