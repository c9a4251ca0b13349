import { engine, type Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { ArgumentError } from '../../errors';
import { requiresGrad } from '../../modules/accumulate-grad';
import { NormBase } from '../../modules/norm-base';
import { Parameter } from '../../tensor/parameter';
import type { Tensor } from '../../tensor/tensor';
import { variableOf } from '../variables';

/** A layer with what it learns; a frozen one has no Parameters. */
export interface Affine {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/**
 * The variables of weight and bias; null for what the layer does not learn.
 *
 * @throws ArgumentError where a gradient is recorded that would not reach them.
 */
export function learned(
  caller: string,
  layer: Affine,
): { scale: TfTensor | null; offset: TfTensor | null } {
  // A lazy layer has no parameters before its first input.
  const isLazy = layer instanceof NormBase && layer.numFeatures === 0;
  const { weight, bias } = isLazy ? { weight: null, bias: null } : layer;
  const scale = weight instanceof Parameter ? variableOf(weight) : null;
  const offset = bias instanceof Parameter ? variableOf(bias) : null;
  const isUnreached =
    (isLazy && layer.affine) ||
    (requiresGrad(weight) && scale === null) ||
    (requiresGrad(bias) && offset === null);
  if (isUnreached && engine().isTapeOn()) throw noVariables(caller, layer);
  return { scale, offset };
}

function noVariables(caller: string, { constructor: { name } }: object): ArgumentError {
  return new ArgumentError(
    `${caller}: the ${name}'s weight and bias are no variables of TensorFlow.js yet, so ` +
      'that no gradient would reach them: call variables(module) before the training loop, or ' +
      'variables(module, { trainable: false }) where they should stay as they are',
  );
}
