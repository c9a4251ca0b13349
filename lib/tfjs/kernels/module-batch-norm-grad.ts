import { type Caller, checkActivation } from '../../functional/internal';
import { backwardInto } from './backward-into';
import { perChannel } from './channels';
import type { Kernel } from './kernel';
import { asModuleInput, type ModuleAttributes } from './module-batch-norm';

const caller: Caller = { name: 'batchNorm', ranks: null, numFeatures: null };

/** What `module.backward` does, but that it gives the gradients of weight and bias. */
export const moduleBatchNormGrad: Kernel<
  'dy' | 'x',
  'scale',
  'dx' | 'dScale' | 'dOffset',
  ModuleAttributes
> = {
  name: 'batchnorm/ModuleBatchNormGrad',

  outputShapes({ x }, { module: { numFeatures } }) {
    return { dx: x.shape, dScale: [numFeatures], dOffset: [numFeatures] };
  },

  fill({ dy, x, scale }, { dx, dScale, dOffset }, attributes) {
    const { module, kept } = attributes;
    backwardInto(dScale, dOffset, {
      caller,
      gradOutput: asModuleInput(dy, attributes),
      input: asModuleInput(x, attributes),
      weight: perChannel(scale),
      mean: kept.statistics.mean,
      invstd: kept.statistics.invstd,
      training: kept.usedBatchStatistics,
      activation: checkActivation(caller.name, module.activation),
      negativeSlope: module.negativeSlope ?? 0,
      mask: kept.mask,
      out: asModuleInput(dx, attributes),
    });
  },

  gradient: null,
};
