import { engine, type TensorInfo } from '@tensorflow/tfjs-core';
import { memories } from '../backends';

/**
 * Whether a gradient may run kernels of ours: on a backend in reach, and where no gradient of this
 * gradient is being recorded, which they do not have.
 */
export function inUse(): boolean {
  const tf = engine();
  return memories.has(tf.backendName) && !tf.isTapeOn();
}

/** Whether these are all float32; null and undefined stand for absent ones. */
export function areFloat32(...tensors: (TensorInfo | null | undefined)[]): boolean {
  return tensors.every((tensor) => !tensor || tensor.dtype === 'float32');
}
