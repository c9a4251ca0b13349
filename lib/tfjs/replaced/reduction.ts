import { type KernelBackend, type KernelFunc, Mean, Sum, util } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../tensor/shape';
import type { Channels } from '../kernels/channels';
import { mean } from '../kernels/mean';
import { compute, type ElementMemory } from '../memory';
import { areFloat32 } from './in-use';
import type { KernelReplacement } from './replacement';

/** The mean of tf.moments, over axes whose others are adjacent: `axes` of a batch norm are. */
export const meanReduction = reduction(Mean, false);

/** The sum, which the gradient of tf.moments takes over the same axes. */
export const sumReduction = reduction(Sum, true);

function reduction(kernelName: string, sum: boolean): KernelReplacement {
  return {
    kernelName,
    kernelFunc:
      (original: KernelFunc, memory: ElementMemory): KernelFunc =>
      (call) => {
        const { x } = call.inputs;
        const { axis, keepDims } = call.attrs as { axis: number | number[]; keepDims: boolean };
        if (x === undefined || !areFloat32(x) || sizeOf(x.shape) === 0) return original(call);
        const axes = util.parseAxisParam(axis, x.shape);
        const channels = keptChannels(x.shape, axes);
        if (channels === null) return original(call);
        const kept = (size: number, index: number) => (axes.includes(index) ? 1 : size);
        const shape = keepDims ? x.shape.map(kept) : x.shape.filter((_, i) => !axes.includes(i));
        const attributes = { channels, shape, sum };
        return compute(mean, memory, call.backend as KernelBackend, { x }, attributes).y;
      },
  };
}

/** The axes that are not reduced as channels; null where they are not adjacent. */
export function keptChannels(shape: readonly number[], axes: readonly number[]): Channels | null {
  // Axes of size 1 may be counted to either side.
  const kept = [...shape.keys()].filter((axis) => !axes.includes(axis) && shape[axis] !== 1);
  const first = kept[0] ?? shape.length;
  const last = kept.at(-1) ?? shape.length - 1;
  const between = shape.slice(first, last + 1);
  const adjacent = between.every((size, i) => size === 1 || !axes.includes(first + i));
  if (!adjacent || axes.length === 0) return null;
  return { n: sizeOf(shape.slice(0, first)), c: sizeOf(between), s: sizeOf(shape.slice(last + 1)) };
}
