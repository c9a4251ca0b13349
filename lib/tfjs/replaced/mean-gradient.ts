import { div, Mean, reshape, type Tensor, tile, util } from '@tensorflow/tfjs-core';
import { areFloat32, inUse } from './in-use';
import type { GradientReplacement } from './replacement';

/** The gradient of tf.mean: dy / count, repeated, where TensorFlow.js multiplies with ones. */
export const meanGradient: GradientReplacement = {
  kernelName: Mean,

  gradFunc: (original) => (dys, saved, attrs) => {
    const dy = dys as Tensor;
    const [x] = saved as [Tensor];
    if (!areFloat32(x, dy) || x.size === 0 || !inUse()) return original(dys, saved, attrs);
    const axes = util.parseAxisParam(attrs.axis as number | number[], x.shape);
    const reduced = (axis: number) => axes.includes(axis);
    const shape = x.shape.map((size, axis) => (reduced(axis) ? 1 : size));
    const reps = x.shape.map((size, axis) => (reduced(axis) ? size : 1));
    const count = x.size / dy.size;
    return { x: () => tile(reshape(div(dy, count), shape), reps) };
  },
};
