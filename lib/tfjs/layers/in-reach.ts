import { getBackend } from '@tensorflow/tfjs-core';
import { memories } from '../backends';

/** Whether TensorFlow.js runs on a backend whose memory our kernels work in. */
export function inReach(): boolean {
  return memories.has(getBackend());
}
