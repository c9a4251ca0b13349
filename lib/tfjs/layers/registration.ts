import { serialization } from '@tensorflow/tfjs-core';
import { findTensorFlowLayers } from './peer';

// A model's file names a layer's class, and ours have Keras's names: so what is saved with them also
// loads where only TensorFlow.js or Keras is.

/**
 * Has TensorFlow.js's own layers run our kernels, and `tf.loadLayersModel` make our layers of what a
 * model's file calls BatchNormalization, LayerNormalization and GroupNormalization. A class that a
 * program registered itself stays.
 */
export function registerLayers(): void {
  const { pairs, replaceCalls } = findClasses() ?? {};
  replaceCalls?.();
  for (const { ours, own } of pairs ?? []) {
    if (registered(ours.className) === own) serialization.registerClass(ours, 'batchnorm');
  }
}

/** Has TensorFlow.js's own layers work by themselves again, and models load with them. */
export function restoreLayers(): void {
  const { pairs, restoreCalls } = findClasses() ?? {};
  restoreCalls?.();
  for (const { ours, own } of pairs ?? []) {
    if (registered(ours.className) !== ours) continue;
    if (own === undefined) delete classNameMap()[ours.className];
    else serialization.SerializationMap.register(own);
  }
}

/** Null where TensorFlow.js's layers are not installed. */
function findClasses(): typeof import('./classes') | null {
  return findTensorFlowLayers() === null ? null : require('./classes');
}

function registered(className: string): unknown {
  return classNameMap()[className]?.[0];
}

function classNameMap() {
  return serialization.SerializationMap.getMap().classNameMap;
}
