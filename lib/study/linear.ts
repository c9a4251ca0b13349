import {
  customGrad,
  fused,
  type GradSaveFunc,
  matMul,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';

/**
 * `x · weight + bias` of x (N, inputs), weight (inputs, outputs) and bias (outputs), with the
 * gradients of weight and bias, and of x where it is learned.
 *
 * It transposes by an operation of its own: TensorFlow.js's product with a transposed operand takes
 * ten times as long, on its wasm backend, as transposing and a plain product.
 */
export function linear(
  x: Tensor2D,
  weight: Tensor2D,
  bias: Tensor1D | null,
  isLearned: boolean,
): Tensor2D {
  const product = customGrad((...args) => {
    const save = args.at(-1) as GradSaveFunc;
    save([x, weight]);
    const value = bias === null ? matMul(x, weight) : fused.matMul({ a: x, b: weight, bias });
    const gradFunc = (dy: Tensor, [x, weight]: Tensor[]): Tensor[] => {
      const gradients: Tensor[] = isLearned ? [matMul(dy, transpose(weight as Tensor))] : [];
      gradients.push(matMul(transpose(x as Tensor), dy));
      if (bias !== null) gradients.push(sum(dy, 0));
      return gradients;
    };
    return { value, gradFunc };
  });
  const learned = isLearned ? [x, weight] : [weight];
  return product(...learned, ...(bias === null ? [] : [bias])) as Tensor2D;
}
