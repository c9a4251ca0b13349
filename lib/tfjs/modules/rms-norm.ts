import type { Tensor } from '@tensorflow/tfjs-core';
import { RMSNorm } from '../../modules/rms-norm';
import { checkNoOptions, type NoOptions } from './no-options';
import { runSampleNorm } from './sample-norm';

/**
 * What `module.forward` of an RMSNorm does, as an operation of TensorFlow.js on its cpu or wasm backend,
 * with gradients. The weight is learned as one of the {@link variables} of the module, as with `batchNorm`. Gradients of
 * gradients are refused.
 *
 * @param x float32, (..., *normalizedShape).
 * @throws ShapeError where x does not fit the module.
 * @throws DTypeError where x or the module is not float32.
 * @param options There are none; a residual or an activation follows, as `tf.add` and `tf.relu`.
 * @throws ArgumentError where `module` is no RMSNorm, or has no variables for a gradient.
 *
 * @example
 * ```ts
 * const norm = new RMSNorm(8);
 * const learned = variables(norm);
 * const { grads } = tf.variableGrads(() => tf.mean(rmsNorm(tf.randomNormal([4, 8]), norm)), learned);
 * ```
 */
export function rmsNorm<T extends Tensor>(x: T, module: RMSNorm, options: NoOptions = {}): T {
  checkNoOptions('rmsNorm', options);
  return runSampleNorm('rmsNorm', RMSNorm, x, module, null);
}
