import {
  customGrad,
  exp,
  type GradSaveFunc,
  logSoftmax,
  mul,
  type Scalar,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';

/**
 * `-mean(log(softmax(logits)[target]))` over the rows of logits (N, classes), in nats, where `targets`
 * has 1 at the target and else 0; with its gradient, `(softmax(logits) - targets) / N`.
 */
export function crossEntropy(logits: Tensor2D, targets: Tensor2D): Scalar {
  const perRow = 1 / logits.shape[0];
  const op = customGrad((...args) => {
    const [logits, save] = args as [Tensor2D, GradSaveFunc];
    const logProbabilities = logSoftmax(logits);
    save([logProbabilities, targets]);
    return {
      value: mul(sum(mul(logProbabilities, targets)), -perRow),
      gradFunc: (dy, [logs, ones]) =>
        mul(sub(exp(logs as Tensor), ones as Tensor), mul(dy, perRow)),
    };
  });
  return op(logits) as Scalar;
}
