import { types } from 'node:util';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { sizeOf } from '../tensor/shape';
import { allocateUninitialized } from '../tensor/uninitialized';
import type { ElementMemory } from './memory';

/** The cpu backend: each tensor has a typed array of its own, or a part of one. */
export const cpuMemory: ElementMemory = {
  fetch(backend: MathBackendCPU, { dataId }) {
    backend.data.get(dataId);
  },

  allocate(backend: MathBackendCPU, shape) {
    const values = allocateUninitialized('float32', sizeOf(shape));
    return backend.makeTensorInfo([...shape], 'float32', values);
  },

  elements(backend: MathBackendCPU, { dataId }) {
    const values = backend.readSync(dataId);
    // Some of the backend's kernels leave another kind of array in a float32 tensor.
    return types.isFloat32Array(values) ? values : Float32Array.from(values as ArrayLike<number>);
  },
};
