import { perChannel as zeros } from '../../functional/internal';
import { Tensor } from '../../tensor/tensor';
import type { Kernel } from './kernel';
import type { ModuleAttributes } from './module-pass';

/**
 * What `module.backward` does, but that it gives the gradients of weight and bias, of which an absent
 * one has no elements, as that of an absent residual.
 */
export const modulePassGrad: Kernel<
  'dy' | 'x',
  'residual' | 'scale' | 'offset',
  'dx' | 'dResidual' | 'dScale' | 'dOffset',
  ModuleAttributes
> = {
  name: 'batchnorm/ModuleGrad',

  outputShapes({ x, residual, scale, offset }) {
    return {
      dx: x.shape,
      dResidual: residual?.shape ?? [0],
      dScale: scale?.shape ?? [0],
      dOffset: offset?.shape ?? [0],
    };
  },

  fill({ dy, x, residual, scale }, { dx, dResidual, dScale, dOffset }, attributes) {
    const { passes, layer, asInput, kept } = attributes;
    const { weight } = layer;
    const input = asInput(x);
    const channels = passes.channelsOf(input);
    const gradWeight = zeros(channels);
    const gradBias = zeros(channels);
    passes.backward({
      gradOutput: asInput(dy),
      input,
      // The saved one, whatever was written to the layer's since.
      weight: weight && scale ? new Tensor(scale, weight.shape) : weight,
      out: asInput(dx),
      outResidual: residual && asInput(dResidual),
      keeper: kept,
      gradWeight,
      gradBias,
    });
    if (dScale.length > 0) dScale.set(gradWeight);
    if (dOffset.length > 0) dOffset.set(gradBias);
  },

  gradient: null,
};
