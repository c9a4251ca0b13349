import type { Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors';
import { BatchNorm, batchNormKept } from '../../modules/batch-norm';
import { FrozenBatchNorm, frozenBatchNormKept } from '../../modules/frozen-batch-norm';
import type { KeptPasses } from '../../modules/kept-passes';
import { checkOptions } from '../../options';
import { nameOfGiven } from '../name-of-given';
import { checkDataFormat, type DataFormatOptions } from './data-format';
import { runModule } from './run-module';

export interface ModuleBatchNormOptions extends DataFormatOptions {
  /** Added to the normalized x before the activation: float32, of the shape of x. */
  residual?: Tensor | null | undefined;
}

const caller = 'batchNorm';

/**
 * What `module.forward` does, as an operation of TensorFlow.js on its cpu or wasm backend, with
 * gradients: a module in training mode normalizes with the statistics of the batch and updates its
 * running ones, in evaluation mode it normalizes with the running ones, as a frozen one always does.
 * The residual is added and the module's activation applied in the same pass, forward and backward;
 * its momentum, eps and other settings hold.
 *
 * Weight and bias are learned as {@link variables} of the module, which have to be there where a
 * gradient is recorded. Gradients of gradients are refused.
 *
 * @param x float32, of the module's rank: (N, ..., C) as everywhere in TensorFlow.js.
 * @param module A BatchNorm1d, BatchNorm2d or BatchNorm3d of float32, or a frozen one.
 * @throws ShapeError where x does not fit the module or the residual does not fit x, and in training
 * for one value per channel.
 * @throws DTypeError where x or the module is not float32.
 * @throws ArgumentError where `module` is none of these, or has no variables for a gradient.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * import * as tf from '@tensorflow/tfjs';
 * import { BatchNorm1d } from 'batchnorm';
 * import { batchNorm, variables } from 'batchnorm/tfjs';
 *
 * await tf.setBackend('wasm');
 * const kernel = tf.variable(tf.randomNormal([4, 3]));
 * const bn = new BatchNorm1d(3);
 * const learned = [kernel, ...variables(bn)];
 * const optimizer = tf.train.sgd(0.1);
 * const x = tf.randomNormal([60, 4]);
 * for (let step = 0; step < 10; step++) {
 *   const loss = () => tf.mean(tf.square(tf.sub(batchNorm(tf.matMul(x, kernel), bn), 1)));
 *   const { value, grads } = tf.variableGrads(loss, learned);
 *   optimizer.applyGradients(grads);
 *   tf.dispose([value, grads]);
 * }
 * console.log(bn.stateDict());
 * ```
 */
export function batchNorm<T extends Tensor>(
  x: T,
  module: BatchNorm | FrozenBatchNorm,
  options: ModuleBatchNormOptions = {},
): T {
  const passes = passesOf(module);
  checkOptions(caller, options, ['dataFormat', 'residual']);
  const dataFormat = checkDataFormat(caller, options.dataFormat);
  const { residual = null } = options;
  return runModule({ caller, layer: module, passes, x, residual, dataFormat });
}

function passesOf(module: unknown): KeptPasses {
  if (module instanceof BatchNorm) return batchNormKept(module);
  if (module instanceof FrozenBatchNorm) return frozenBatchNormKept(module);
  throw new ArgumentError(
    `${caller}: module should be a BatchNorm1d, BatchNorm2d or BatchNorm3d, or a frozen one, ` +
      `got ${nameOfGiven(module)}`,
  );
}
