import { backward, type Caller, perChannel as zeros } from '../../functional/internal';
import { Activation } from '../../native';
import { perChannel } from './channels';
import type { Kernel } from './kernel';
import { asModuleInput, type ModuleAttributes } from './module-batch-norm';

const caller: Caller = { name: 'batchNorm', ranks: null, numFeatures: null };

const activations = { relu: Activation.relu, leakyRelu: Activation.leakyRelu } as const;

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
    const gradWeight = zeros(dScale.length);
    const gradBias = zeros(dOffset.length);
    backward({
      caller,
      gradOutput: asModuleInput(dy, attributes),
      input: asModuleInput(x, attributes),
      weight: perChannel(scale),
      mean: kept.statistics.mean,
      invstd: kept.statistics.invstd,
      training: kept.usedBatchStatistics,
      hadResidual: false,
      activation: module.activation === null ? Activation.none : activations[module.activation],
      negativeSlope: module.negativeSlope ?? 0,
      mask: kept.mask,
      out: asModuleInput(dx, attributes),
      outResidual: null,
      gradWeight,
      gradBias,
    });
    dScale.set(gradWeight);
    dOffset.set(gradBias);
  },

  gradient: null,
};
