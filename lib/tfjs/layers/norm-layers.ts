import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { ArgumentError } from '../../errors';
import { nameOfGiven } from '../name-of-given';

/** The layers that have a counterpart among our modules, TensorFlow.js's own as well as ours. */
const classNames = ['BatchNormalization', 'LayerNormalization', 'GroupNormalization'];

/** PyTorch's keys by Keras's names, in the order of a state dict. */
export const keys: ReadonlyMap<string, string> = new Map([
  ['gamma', 'weight'],
  ['beta', 'bias'],
  ['moving_mean', 'running_mean'],
  ['moving_variance', 'running_var'],
]);

export function isNormLayer(layer: layers.Layer): boolean {
  return classNames.includes(layer.getClassName());
}

/**
 * The layer itself under '', or all normalization layers of a model, and of the models and wrappers in
 * it, each under the path of names that leads to it.
 */
export function normLayers(
  caller: string,
  root: layers.Layer,
): [path: string, layer: layers.Layer][] {
  checkLayer(caller, root);
  if (isNormLayer(root)) return [['', root]];
  const inside = layersOf(root);
  if (inside === null) throw noNormLayer(caller, 'a model, or a layer', root);
  return inside.flatMap((layer) => within(`${layer.name}.`, layer));
}

function within(path: string, layer: layers.Layer): [string, layers.Layer][] {
  if (isNormLayer(layer)) return [[path, layer]];
  return (layersOf(layer) ?? []).flatMap((inner) => within(`${path}${inner.name}.`, inner));
}

/** The weights by Keras's names; refuses a layer that has none yet. */
export function weightsOf(caller: string, layer: layers.Layer): Map<string, LayerVariable> {
  if (!layer.built) {
    throw new ArgumentError(
      `${caller}: layer '${layer.name}' has no weights yet: add it to a model whose input shape is ` +
        'known, or call it once',
    );
  }
  return new Map(
    layer.weights.map((weight) => [weight.originalName.split('/').at(-1) as string, weight]),
  );
}

export function noNormLayer(caller: string, expected: string, layer: layers.Layer): ArgumentError {
  return new ArgumentError(
    `${caller}: expected ${expected} of class ${classNames.join(', ')}, got layer ` +
      `'${layer.name}' of class ${layer.getClassName()}`,
  );
}

export function checkLayer(caller: string, layer: unknown): asserts layer is layers.Layer {
  if (isLayer(layer)) return;
  throw new ArgumentError(
    `${caller}: expected a layer or a model of TensorFlow.js, got ${nameOfGiven(layer)}`,
  );
}

/** The layers of a model, or the one that a wrapper such as TimeDistributed has; null of any other. */
function layersOf(layer: layers.Layer): readonly layers.Layer[] | null {
  const { layers: inside, layer: wrapped } = layer as { layers?: unknown; layer?: unknown };
  if (Array.isArray(inside)) return inside as layers.Layer[];
  return isLayer(wrapped) ? [wrapped] : null;
}

function isLayer(value: unknown): value is layers.Layer {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Partial<layers.Layer>).getClassName === 'function';
}
