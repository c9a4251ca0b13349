import type { TensorInfo } from '@tensorflow/tfjs-core';
import { sameShape, sizeOf } from '../../tensor/shape';
import type { Channels } from '../kernels/channels';
import { areFloat32 } from './in-use';

/** The inputs of FusedBatchNorm. */
export interface FusedInputs<T extends TensorInfo> {
  readonly x: T;
  readonly mean: T;
  readonly variance: T;
  readonly scale: T | null | undefined;
  readonly offset: T | null | undefined;
}

/**
 * What x has a mean for each of: the last axis, where these are vectors, or every element. Null where
 * neither, or where something is not float32.
 */
export function fusedChannels(
  { x, mean, variance, scale, offset }: FusedInputs<TensorInfo>,
  varianceEpsilon: unknown,
): Channels | null {
  const { shape } = x;
  const size = sizeOf(shape);
  const parameters = [mean, variance, scale ?? mean, offset ?? mean];
  const fits =
    size > 0 &&
    areFloat32(x, ...parameters) &&
    typeof varianceEpsilon === 'number' &&
    Number.isFinite(varianceEpsilon) &&
    varianceEpsilon >= 0;
  if (!fits) return null;
  const channel = shape.slice(-1);
  const all = (expected: readonly number[]) =>
    parameters.every((parameter) => sameShape(parameter.shape, expected));
  const [c] = channel;
  if (c !== undefined && all(channel)) return { n: size / c, c, s: 1 };
  return all(shape) ? { n: 1, c: size, s: 1 } : null;
}
