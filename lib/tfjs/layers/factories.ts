import type { layers } from '@tensorflow/tfjs-layers';
import type {
  BatchNormalizationArgs,
  GroupNormalizationArgs,
  LayerNormalizationArgs,
} from './arguments';

// Not imported above, for they derive from classes of TensorFlow.js's layers, an optional peer.
function classes(): typeof import('./classes') {
  return require('./classes');
}

/**
 * Batch normalization, in place of `tf.layers.batchNormalization`, for inputs of any rank from 2,
 * the 5 of a 3-D convolution too:
 *
 *     y      = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 *     moving = moving * momentum + batch * (1 - momentum)
 *
 * Each channel, which is an element along `axis`, has a mean and a (biased) variance: in training
 * those of the batch, which then go into the moving ones, else the moving ones. Arguments, defaults,
 * weights, masks and results are those of TensorFlow.js's layer by itself, but that `scale: false` and
 * `center: false` can be trained, too, that an empty batch leaves the statistics alone, and that an
 * `axis` that is not the last works: TensorFlow.js's own takes each element's statistics from another
 * channel then.
 *
 * As there, and unlike Keras, `trainable = false` keeps gamma and beta as they are, but not the moving
 * statistics: a layer that shall stay as it is in training is called with `{ training: false }`.
 *
 * It works on the backends `cpu` and `wasm`; on others TensorFlow.js's layer does its work.
 * Ioffe & Szegedy 2015, arXiv:1502.03167; Keras's `BatchNormalization`.
 *
 * @param args Those of `tf.layers.batchNormalization`: `axis` -1, `momentum` 0.99 (the weight of the
 * old value), `epsilon` 1e-3, `center`, `scale`, initializers, regularizers, constraints, `name`,
 * `inputShape`, ...
 * @throws ArgumentError where an argument makes no sense.
 * @throws MissingPeerError where @tensorflow/tfjs-layers is not installed.
 *
 * @example
 * ```ts
 * const model = tf.sequential();
 * model.add(tf.layers.conv3d({ inputShape: [16, 16, 16, 1], filters: 8, kernelSize: 3 }));
 * model.add(layers.batchNormalization());
 * ```
 */
export function batchNormalization(args?: BatchNormalizationArgs): layers.Layer {
  return new (classes().BatchNormalization)(args);
}

/**
 * Layer normalization, in place of `tf.layers.layerNormalization`, for inputs of any rank from 2:
 *
 *     y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 *
 * mean and (biased) variance are those of the elements along `axis`, or along several, for each
 * element along the others. Axes that are not the last ones cost two transposed copies. Arguments,
 * defaults, weights, masks and results are those of TensorFlow.js's layer.
 *
 * It works on the backends `cpu` and `wasm`; on others TensorFlow.js's layer does its work.
 * Ba, Kiros & Hinton 2016, arXiv:1607.06450; Keras's `LayerNormalization`.
 *
 * @param args Those of `tf.layers.layerNormalization`: `axis` -1, `epsilon` 1e-3, `center`, `scale`,
 * initializers, regularizers, `name`, `inputShape`, ...
 * @throws ArgumentError where an argument makes no sense.
 * @throws MissingPeerError where @tensorflow/tfjs-layers is not installed.
 */
export function layerNormalization(args?: LayerNormalizationArgs): layers.Layer {
  return new (classes().LayerNormalization)(args);
}

/**
 * Group normalization, Keras's `GroupNormalization`, which TensorFlow.js has not:
 *
 *     y = (x - mean) / sqrt(variance + epsilon) * gamma + beta
 *
 * mean and (biased) variance are those of `groups`-th parts of the channels of one sample, adjacent
 * ones together; gamma and beta are a channel's. The channels are along `axis`; where that is neither
 * the last nor the second, it costs two transposed copies.
 *
 * It works on the backends `cpu` and `wasm` alone.
 * Wu & He 2018, arXiv:1803.08494.
 *
 * @param args `groups` 32, -1 for as many as channels (instance normalization), `axis` -1, `epsilon`
 * 1e-3, `center`, `scale`, and initializers, regularizers and constraints of gamma and beta, `name`,
 * `inputShape`, ... as `tf.layers.batchNormalization` takes them.
 * @throws ArgumentError where an argument makes no sense.
 * @throws MissingPeerError where @tensorflow/tfjs-layers is not installed.
 */
export function groupNormalization(args?: GroupNormalizationArgs): layers.Layer {
  return new (classes().GroupNormalization)(args);
}
