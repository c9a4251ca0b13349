import { ArgumentError } from '../../errors';
import { sizeOf } from '../../tensor/shape';
import { Tensor } from '../../tensor/tensor';

/** A tensor of any rank as n times c channels of s elements; channels last where s is 1. */
export interface Channels {
  readonly n: number;
  readonly c: number;
  readonly s: number;
}

/** The channels of a tensor along `axis`, which counts from the end where it is negative. */
export function channelsAlong(caller: string, shape: readonly number[], axis: number): Channels {
  const index = axis < 0 ? axis + shape.length : axis;
  const c = shape[index];
  if (c === undefined) {
    throw new ArgumentError(
      `${caller}: axis should be an integer from ${-shape.length} to ${shape.length - 1}, since the ` +
        `input has ${shape.length} dimensions, got ${axis}`,
    );
  }
  return { n: sizeOf(shape.slice(0, index)), c, s: sizeOf(shape.slice(index + 1)) };
}

/** The elements as lib/functional takes them. */
export function asChannels(elements: Float32Array, { n, c, s }: Channels): Tensor {
  return new Tensor(elements, s === 1 ? [n, c] : [n, c, s]);
}

/** One value per channel as lib/functional takes it. */
export function perChannel(elements: Float32Array | null): Tensor | null {
  return elements === null ? null : new Tensor(elements, [elements.length]);
}
