import { serialization } from '@tensorflow/tfjs-core';
import { findTensorFlowLayers } from './peer';

// A model's file names a layer's class, and ours have Keras's names: so what is saved with them also
// loads where only TensorFlow.js or Keras is.

/**
 * Has `tf.loadLayersModel` make our layers of what a model's file calls BatchNormalization,
 * LayerNormalization and GroupNormalization. A class that a program registered itself stays.
 */
export function registerLayers(): void {
  for (const { ours, own } of pairs()) {
    if (registered(ours.className) === own) serialization.registerClass(ours, 'batchnorm');
  }
}

/** Has `tf.loadLayersModel` make TensorFlow.js's own layers again. */
export function restoreLayers(): void {
  for (const { ours, own } of pairs()) {
    if (registered(ours.className) !== ours) continue;
    if (own === undefined) delete classNameMap()[ours.className];
    else serialization.SerializationMap.register(own);
  }
}

/** Ours and what TensorFlow.js has in its place; none where its layers are not installed. */
function pairs(): typeof import('./classes').pairs {
  return findTensorFlowLayers() === null ? [] : require('./classes').pairs;
}

function registered(className: string): unknown {
  return classNameMap()[className]?.[0];
}

function classNameMap() {
  return serialization.SerializationMap.getMap().classNameMap;
}
