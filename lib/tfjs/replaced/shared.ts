import { Cast, Identity, type KernelBackend } from '@tensorflow/tfjs-core';
import type { KernelReplacement } from './replacement';

/**
 * The clones that the engine keeps of what a gradient needs: the wasm backend copies them, where the
 * cpu backend counts one more tensor over the same elements.
 */
export const identity: KernelReplacement = {
  kernelName: Identity,

  kernelFunc: (original, memory) => (call) => {
    const { x } = call.inputs;
    return x === undefined || x.dtype === 'string' || x.dtype === 'complex64'
      ? original(call)
      : memory.share(call.backend as KernelBackend, x);
  },
};

/** A cast of float32 to float32, as tf.moments makes of its input: a copy on the wasm backend, too. */
export const cast: KernelReplacement = {
  kernelName: Cast,

  kernelFunc: (original, memory) => (call) => {
    const { x } = call.inputs;
    return x?.dtype === 'float32' && call.attrs?.dtype === 'float32'
      ? memory.share(call.backend as KernelBackend, x)
      : original(call);
  },
};
