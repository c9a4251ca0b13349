import {
  customGrad,
  type GradSaveFunc,
  mul,
  sigmoid as sigmoidOf,
  sub,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/** `y = 1 / (1 + exp(-x))` with its gradient, `dy * y * (1 - y)`: TensorFlow.js loads none by itself. */
export function sigmoid(x: Tensor2D): Tensor2D {
  const op = customGrad((...args) => {
    const [x, save] = args as [Tensor, GradSaveFunc];
    const y = sigmoidOf(x);
    save([y]);
    return { value: y, gradFunc: (dy, [y]) => mul(dy, mul(y as Tensor, sub(1, y as Tensor))) };
  });
  return op(x) as Tensor2D;
}
