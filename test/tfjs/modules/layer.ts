import type * as tf from '@tensorflow/tfjs-core';
import { FrozenBatchNorm2d, type Module, Tensor } from 'batchnorm';

/** A layer of ours, as its own passes show it. */
export interface Layer extends Module {
  forward(x: Tensor, options: { grad: boolean; residual?: Tensor }): Tensor;
  backward(dy: Tensor): Tensor | { gradInput: Tensor; gradResidual: Tensor };
}

/** The elements of (N, ..., C) as a module takes them. */
export function asModule(x: tf.Tensor, as?: 'contiguous' | 'unbatched'): Tensor {
  const data = x.dataSync<'float32'>();
  if (as === 'contiguous') return new Tensor(data, x.shape);
  const [n = 0, ...rest] = as === 'unbatched' ? [1, ...x.shape] : x.shape;
  const c = rest.pop() ?? 0;
  return new Tensor(data, [n, c, ...rest], 'channelsLast');
}

/** One whose statistics and parameters are no ones and zeros. */
export function frozen() {
  const layer = new FrozenBatchNorm2d(3, { activation: 'leakyRelu' });
  layer.runningMean.data.set([0.5, 1, 2]);
  layer.runningVar.data.set([4, 1, 0.25]);
  layer.weight.data.set([2, -1, 3]);
  return layer;
}
