import { Cast, Identity, type KernelBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import type { KernelReplacement } from './replacement';

/**
 * The clones that the engine keeps of what a gradient needs: the wasm backend copies them, where the
 * cpu backend counts one more tensor over the same elements.
 */
export const identity: KernelReplacement = {
  kernelName: Identity,

  kernelFunc: (original) => (call) => {
    const { x } = call.inputs;
    return x === undefined || x.dtype === 'string' || x.dtype === 'complex64'
      ? original(call)
      : shared(call.backend as KernelBackend, x);
  },
};

/** A cast of float32 to float32, as tf.moments makes of its input: a copy on the wasm backend, too. */
export const cast: KernelReplacement = {
  kernelName: Cast,

  kernelFunc: (original) => (call) => {
    const { x } = call.inputs;
    return x?.dtype === 'float32' && call.attrs?.dtype === 'float32'
      ? shared(call.backend as KernelBackend, x)
      : original(call);
  },
};

/** Another tensor over the same elements, which are there until both are disposed of. */
function shared(backend: KernelBackend, { dataId, shape, dtype }: TensorInfo): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}
