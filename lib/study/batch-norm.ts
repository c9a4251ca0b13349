import { clone, customGrad, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { BatchNorm1d } from '../index';
import { batchNorm } from '../tfjs/modules/batch-norm';

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
