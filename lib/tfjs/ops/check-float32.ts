import type { Tensor } from '@tensorflow/tfjs-core';
import { DTypeError } from '../../errors';

/** Refuses tensors of another dtype; null stands for an absent one. */
export function checkFloat32(caller: string, tensors: Record<string, Tensor | null>): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor === null || tensor.dtype === 'float32') continue;
    throw new DTypeError(
      `${caller}: ${name} should be float32, got ${tensor.dtype}: convert it with ` +
        `${name}.cast('float32')`,
    );
  }
}
