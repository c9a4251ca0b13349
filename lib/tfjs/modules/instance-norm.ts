import type { Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors';
import { InstanceNorm, instanceNormKept, unbatchedRankOf } from '../../modules/instance-norm';
import { checkOptions } from '../../options';
import { nameOfGiven } from '../name-of-given';
import { checkDataFormat, type DataFormatOptions } from './data-format';
import { runModule } from './run-module';

const caller = 'instanceNorm';

/**
 * What `module.forward` of an InstanceNorm does, as an operation of TensorFlow.js on its cpu or wasm
 * backend, with gradients: with `trackRunningStats` training updates the running statistics and
 * evaluation takes them. Weight and bias are learned as {@link variables} of the module, as with
 * `batchNorm`. Gradients of gradients are refused.
 *
 * @param x float32, of the module's rank: (N, ..., C) as everywhere in TensorFlow.js, or (N, C, ...)
 * if `dataFormat` says so; without N for a single sample.
 * @throws ShapeError where x does not fit the module, and for one value per instance.
 * @throws DTypeError where x or the module is not float32.
 * @throws ArgumentError where `module` is none of these, or has no variables for a gradient.
 *
 * @example
 * ```ts
 * const norm = new InstanceNorm2d(3, { affine: true });
 * const y = instanceNorm(tf.randomNormal([2, 8, 8, 3]), norm);
 * ```
 */
export function instanceNorm<T extends Tensor>(
  x: T,
  module: InstanceNorm,
  options: DataFormatOptions = {},
): T {
  if (!(module instanceof InstanceNorm)) {
    throw new ArgumentError(
      `${caller}: module should be an InstanceNorm1d, InstanceNorm2d or InstanceNorm3d, got ${nameOfGiven(module)}`,
    );
  }
  checkOptions(caller, options, ['dataFormat']);
  return runModule({
    caller,
    layer: module,
    passes: instanceNormKept(module),
    x,
    residual: null,
    dataFormat: checkDataFormat(caller, options.dataFormat),
    unbatchedRank: unbatchedRankOf(module),
  });
}
