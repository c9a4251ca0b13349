import { engine, getBackend } from '@tensorflow/tfjs-core';
import { memories } from '../backends';

/** Whether TensorFlow.js runs on a backend whose memory our kernels work in. */
export function inReach(): boolean {
  return memories.has(getBackend());
}

/** Whether a gradient of a gradient is being recorded, which our kernels do not have. */
export function isNested(): boolean {
  return engine().state.gradientDepth > 1;
}
