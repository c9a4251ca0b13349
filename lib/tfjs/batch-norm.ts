import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError, ShapeError } from '../errors';
import { Kept } from '../functional/internal';
import { BatchNorm } from '../modules/batch-norm';
import { checkOptions } from '../options';
import { nameOf } from '../tensor/name-of';
import type { Parameter } from '../tensor/parameter';
import { moduleBatchNorm } from './kernels/module-batch-norm';
import { nameOfGiven } from './name-of-given';
import { checkFloat32 } from './ops/check-float32';
import { run } from './run';
import { variableOf } from './variables';

export interface ModuleBatchNormOptions {
  /** Where the channels of x are: `'channelsLast'` (N, ..., C) unless told, or (N, C, ...). */
  dataFormat?: 'channelsLast' | 'channelsFirst' | undefined;
}

const name = 'batchNorm';

/**
 * What `module.forward` does, as an operation of TensorFlow.js on its cpu or wasm backend, with
 * gradients: a module in training mode normalizes with the statistics of the batch and updates its
 * running ones, in evaluation mode it normalizes with the running ones. The module's activation is
 * applied, its momentum, eps and other settings hold.
 *
 * Weight and bias are learned as {@link variables} of the module, which have to be there where a
 * gradient is recorded. Gradients of gradients are refused.
 *
 * @param x float32, of the module's rank: (N, ..., C) as everywhere in TensorFlow.js.
 * @param module A BatchNorm1d, BatchNorm2d or BatchNorm3d of float32.
 * @throws ShapeError where x does not fit the module, and in training for one value per channel.
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
  module: BatchNorm,
  options: ModuleBatchNormOptions = {},
): T {
  if (!(module instanceof BatchNorm)) {
    throw new ArgumentError(
      `${name}: module should be a BatchNorm1d, BatchNorm2d or BatchNorm3d, got ${nameOfGiven(module)}`,
    );
  }
  checkOptions(name, options, ['dataFormat']);
  const { dataFormat = 'channelsLast' } = options;
  if (dataFormat !== 'channelsLast' && dataFormat !== 'channelsFirst') {
    throw new ArgumentError(
      `${name}: dataFormat should be 'channelsLast' or 'channelsFirst', got ${nameOf(dataFormat)}`,
    );
  }
  checkFloat32(name, { x });
  const attributes = {
    module,
    shape: x.shape,
    channelsLast: dataFormat === 'channelsLast',
    kept: new Kept(module.numFeatures),
  };
  // A lazy module has no parameters before its first input.
  const affine = module.affine && module.numFeatures > 0;
  const scale = affine ? learned(module.weight) : null;
  const offset = affine ? learned(module.bias) : null;
  if (module.affine && scale === null && engine().isTapeOn()) throw noVariables(module);
  try {
    return run(moduleBatchNorm, { x, scale, offset }, attributes).y as T;
  } catch (error) {
    throw error instanceof ShapeError ? inShapeOf(x, dataFormat, error) : error;
  }
}

/** The module speaks of its own order of sizes, the channels second. */
function inShapeOf(x: Tensor, dataFormat: string, cause: ShapeError): ShapeError {
  const [read, other, otherFormat] =
    dataFormat === 'channelsLast'
      ? ['last', 'second', 'channelsFirst']
      : ['second', 'last', 'channelsLast'];
  return new ShapeError(
    `${name}: x has shape [${x.shape.join(', ')}], and its ${read} axis was taken for the channels ` +
      `(where they are the ${other}, pass { dataFormat: '${otherFormat}' }). In the order of the ` +
      `module, which names them second: ${cause.message}`,
    { cause },
  );
}

function learned(parameter: Parameter | null): Tensor | null {
  return parameter === null ? null : variableOf(parameter);
}

function noVariables({ constructor: { name: layer } }: BatchNorm): ArgumentError {
  return new ArgumentError(
    `${name}: the ${layer}'s weight and bias are no variables of TensorFlow.js yet, so ` +
      'that no gradient would reach them: call variables(module) before the training loop, or ' +
      'variables(module, { trainable: false }) where they should stay as they are',
  );
}
