import type { Tensor } from '@tensorflow/tfjs-core';
import { LayerNorm } from '../../modules/layer-norm';
import { checkNoOptions, type NoOptions } from './no-options';
import { runSampleNorm } from './sample-norm';

/**
 * What `module.forward` of a LayerNorm does, as an operation of TensorFlow.js on its cpu or wasm backend,
 * with gradients. Weight and bias are learned as {@link variables} of the module, as with `batchNorm`. Gradients of
 * gradients are refused.
 *
 * @param x float32, (..., *normalizedShape).
 * @throws ShapeError where x does not fit the module.
 * @throws DTypeError where x or the module is not float32.
 * @param options There are none; a residual or an activation follows, as `tf.add` and `tf.relu`.
 * @throws ArgumentError where `module` is no LayerNorm, or has no variables for a gradient.
 *
 * @example
 * ```ts
 * const norm = new LayerNorm(8);
 * const learned = variables(norm);
 * const { grads } = tf.variableGrads(() => tf.mean(layerNorm(tf.randomNormal([4, 8]), norm)), learned);
 * ```
 */
export function layerNorm<T extends Tensor>(x: T, module: LayerNorm, options: NoOptions = {}): T {
  checkNoOptions('layerNorm', options);
  return runSampleNorm('layerNorm', LayerNorm, x, module, null);
}
