import type { Tensor } from '@tensorflow/tfjs-core';
import { ArgumentError, DTypeError } from '../../errors';
import { nameOfGiven } from '../name-of-given';

/** Refuses what is no float32 tensor of TensorFlow.js; null stands for an absent one. */
export function checkFloat32(caller: string, tensors: Record<string, Tensor | null>): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    if (tensor === null) continue;
    if (typeof tensor?.dataId !== 'object') {
      throw new ArgumentError(
        `${caller}: ${name} should be a tensor of TensorFlow.js, got ${nameOfGiven(tensor)}`,
      );
    }
    if (tensor.dtype === 'float32') continue;
    throw new DTypeError(
      `${caller}: ${name} should be float32, got ${tensor.dtype}: convert it with ` +
        `tf.cast(${name}, 'float32')`,
    );
  }
}
