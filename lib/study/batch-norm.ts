import { clone, customGrad, type Tensor, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { type BatchNorm1d, tensor } from '../index';

/** What batch normalization takes of the time, forward and backward. */
export class Stopwatch {
  milliseconds = 0;
  #started = 0;

  start(): void {
    this.#started = performance.now();
  }

  stop(): void {
    this.milliseconds += performance.now() - this.#started;
  }

  reset(): void {
    this.milliseconds = 0;
  }
}

/** Normalizes x by `module`, in the mode that this is in, and takes the time of it. */
export function timedBatchNorm(x: Tensor2D, module: BatchNorm1d, stopwatch: Stopwatch): Tensor2D {
  const input = onGradient(x, () => stopwatch.stop());
  stopwatch.start();
  const output = batchNorm(input, module);
  stopwatch.stop();
  return onGradient(output, () => stopwatch.start());
}

/** x itself; `action` is called where its gradient comes by. */
function onGradient(x: Tensor2D, action: () => void): Tensor2D {
  const op = customGrad((x) => ({
    value: clone(x as Tensor),
    gradFunc: (dy) => {
      action();
      return clone(dy);
    },
  }));
  return op(x) as Tensor2D;
}

function batchNorm(x: Tensor2D, module: BatchNorm1d): Tensor2D {
  const shape = x.shape;
  const op = customGrad((x) => ({
    value: tensor2d(
      module.forward(tensor((x as Tensor).dataSync() as Float32Array, shape)).data as Float32Array,
      shape,
    ),
    gradFunc: (dy) =>
      tensor2d(
        module.backward(tensor(dy.dataSync() as Float32Array, shape)).data as Float32Array,
        shape,
      ),
  }));
  return op(x) as Tensor2D;
}
