import { type KernelBackend, sum, type Tensor, Tile } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../tensor/shape';
import { tile as kernel } from '../kernels/tile';
import { compute } from '../memory';
import { areFloat32 } from './in-use';
import { keptChannels } from './reduction';
import type { GradientReplacement, KernelReplacement } from './replacement';

/** tf.tile where it repeats axes of size 1 alone, as layer normalization does. */
export const tile: KernelReplacement = {
  kernelName: Tile,

  kernelFunc: (original, memory) => (call) => {
    const { x } = call.inputs;
    const { reps } = call.attrs as { reps: number[] };
    if (x === undefined || !areFloat32(x)) return original(call);
    const axes = repeatedAxes(x.shape, reps);
    const shape = x.shape.map((size, axis) => size * (reps[axis] as number));
    const channels = axes === null || sizeOf(shape) === 0 ? null : keptChannels(shape, axes);
    if (channels === null) return original(call);
    return compute(kernel, memory, call.backend as KernelBackend, { x }, { channels, shape }).y;
  },
};

/** Its gradient: a sum, where TensorFlow.js adds up a slice for each repetition. */
export const tileGradient: GradientReplacement = {
  kernelName: Tile,

  gradFunc: (original) => (dy, saved, attrs) => {
    const [x] = saved as [Tensor];
    const axes = repeatedAxes(x.shape, attrs.reps as number[]);
    if (axes === null || !areFloat32(x)) return original(dy, saved, attrs);
    return { x: () => sum(dy as Tensor, axes, true) };
  },
};

/** The axes that are repeated; null where one is longer than 1, or none is repeated. */
function repeatedAxes(shape: readonly number[], reps: readonly number[]): number[] | null {
  const axes = [...shape.keys()].filter((axis) => reps[axis] !== 1);
  const known = reps.length === shape.length && axes.length > 0;
  return known && axes.every((axis) => shape[axis] === 1) ? axes : null;
}
