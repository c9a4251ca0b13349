import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { Computation } from './kernels/kernel';
import { mapNamed, type Named } from './kernels/named';

/** How to reach the elements of a backend's float32 tensors where they are, without a copy. */
export interface ElementMemory {
  /** Brings here what lies with another backend, which may move the memory of other tensors. */
  fetch(backend: KernelBackend, tensor: TensorInfo): void;
  /** A tensor whose elements may hold anything; this may move the memory of others, too. */
  allocate(backend: KernelBackend, shape: readonly number[]): TensorInfo;
  /** The elements, until the next `fetch` or `allocate`. */
  elements(backend: KernelBackend, tensor: TensorInfo): Float32Array;
}

/** Computes over tensors of one backend, in place. */
export function compute<
  Required extends string,
  Optional extends string,
  Output extends string,
  Attributes extends object,
>(
  computation: Computation<Required, Optional, Output, Attributes>,
  memory: ElementMemory,
  backend: KernelBackend,
  inputs: Named<Required, Optional, TensorInfo>,
  attributes: Attributes,
): Readonly<Record<Output, TensorInfo>> {
  mapNamed<Required, Optional, TensorInfo, void>(inputs, (input) => memory.fetch(backend, input));
  const shapes = computation.outputShapes(inputs, attributes);
  const made: TensorInfo[] = [];
  try {
    const outputs = mapNamed<Output, never, readonly number[], TensorInfo>(shapes, (shape) => {
      const output = memory.allocate(backend, shape);
      made.push(output);
      return output;
    });
    // Not before: what is above may move the memory of any tensor.
    const elements = (tensor: TensorInfo) => memory.elements(backend, tensor);
    computation.fill(
      mapNamed<Required, Optional, TensorInfo, Float32Array>(inputs, elements),
      mapNamed<Output, never, TensorInfo, Float32Array>(outputs, elements),
      attributes,
    );
    return outputs;
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId);
    throw error;
  }
}
