import type { GradConfig, KernelFunc } from '@tensorflow/tfjs-core';
import type { ElementMemory } from '../memory';

/** A kernel of TensorFlow.js's that is replaced. */
export interface KernelReplacement {
  readonly kernelName: string;
  /** What runs instead; it calls `original` wherever it does not apply. */
  kernelFunc(original: KernelFunc, memory: ElementMemory): KernelFunc;
}

/** A gradient of TensorFlow.js's that is replaced, for all backends as all gradients are. */
export interface GradientReplacement {
  readonly kernelName: string;
  /** What runs instead; it calls `original` wherever it does not apply. */
  gradFunc(original: GradConfig['gradFunc']): GradConfig['gradFunc'];
}
