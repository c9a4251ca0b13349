import type { Tensor } from '@tensorflow/tfjs-core';
import { GroupNorm } from '../../modules/group-norm';
import { checkOptions } from '../../options';
import { checkDataFormat, type DataFormatOptions } from './data-format';
import { runSampleNorm } from './sample-norm';

const caller = 'groupNorm';

/**
 * What `module.forward` of a GroupNorm does, as an operation of TensorFlow.js on its cpu or wasm backend,
 * with gradients. Weight and bias are learned as {@link variables} of the module, as with `batchNorm`.
 * Gradients of gradients are refused.
 *
 * @param x float32, (N, ..., C) as everywhere in TensorFlow.js, or (N, C, ...) if `dataFormat` says so.
 * @throws ShapeError where x does not fit the module.
 * @throws DTypeError where x or the module is not float32.
 * @throws ArgumentError where `module` is no GroupNorm, or has no variables for a gradient.
 *
 * @example
 * ```ts
 * const norm = new GroupNorm(4, 16);
 * const y = groupNorm(tf.randomNormal([2, 8, 8, 16]), norm);
 * ```
 */
export function groupNorm<T extends Tensor>(
  x: T,
  module: GroupNorm,
  options: DataFormatOptions = {},
): T {
  checkOptions(caller, options, ['dataFormat']);
  const dataFormat = checkDataFormat(caller, options.dataFormat);
  return runSampleNorm(caller, GroupNorm, x, module, dataFormat);
}
