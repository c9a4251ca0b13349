import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { ArgumentError } from '../errors';
import { sizeOf } from '../tensor/shape';
import type { ElementMemory } from './memory';

/** The wasm backend: all tensors are in one WebAssembly memory, which moves when it grows. */
export const wasmMemory: ElementMemory = {
  fetch(backend: BackendWasm, { dataId }) {
    backend.dataIdMap.get(dataId);
  },

  allocate(backend: BackendWasm, shape) {
    const tensor = backend.makeOutput([...shape], 'float32');
    const size = sizeOf(shape);
    if (size > 0 && backend.getMemoryOffset(tensor.dataId) === 0) {
      backend.disposeData(tensor.dataId);
      throw new ArgumentError(
        `TensorFlow.js's WebAssembly memory has no room for ${size} float32 elements: dispose of ` +
          'tensors that are no longer needed (tf.tidy does), or use smaller batches',
      );
    }
    return tensor;
  },

  elements(backend: BackendWasm, tensor) {
    return backend.typedArrayFromHeap(tensor) as Float32Array;
  },
};
