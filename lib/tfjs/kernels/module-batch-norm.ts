import type { Kept } from '../../functional/internal';
import { type BatchNorm, forwardKeeping } from '../../modules/batch-norm';
import { Tensor } from '../../tensor/tensor';
import { run } from '../run';
import type { Kernel } from './kernel';
import { moduleBatchNormGrad } from './module-batch-norm-grad';

export interface ModuleAttributes {
  readonly module: BatchNorm;
  /** Of x, whose elements are in the order of TensorFlow.js. */
  readonly shape: readonly number[];
  readonly channelsLast: boolean;
  /** Written by the forward pass for the backward one. */
  readonly kept: Kept;
}

/** What `module.forward` does; scale and offset hold what the module's parameters hold. */
export const moduleBatchNorm: Kernel<'x', 'scale' | 'offset', 'y', ModuleAttributes> = {
  name: 'batchnorm/ModuleBatchNorm',

  outputShapes({ x }) {
    return { y: x.shape };
  },

  fill({ x }, { y }, attributes) {
    const { module, kept } = attributes;
    forwardKeeping(module, asModuleInput(x, attributes), asModuleInput(y, attributes), kept);
    // The memory may be another tensor's by the time of the backward pass, which gets it anew.
    kept.input = null;
  },

  gradient({ y: dy }, { x, scale, offset }, attributes) {
    const { dx, dScale, dOffset } = run(moduleBatchNormGrad, { dy, x, scale }, attributes);
    return { x: dx, scale: scale && dScale, offset: offset && dOffset };
  },
};

/** The elements as (N, C, ...), which is how modules name their sizes. */
export function asModuleInput(
  elements: Float32Array,
  { shape, channelsLast }: Pick<ModuleAttributes, 'shape' | 'channelsLast'>,
): Tensor {
  if (!channelsLast || shape.length < 2) return new Tensor(elements, shape);
  const [n = 0, ...rest] = shape;
  const c = rest.pop() ?? 0;
  return new Tensor(elements, [n, c, ...rest], 'channelsLast');
}
