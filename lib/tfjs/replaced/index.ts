import { fusedBatchNorm } from './fused-batch-norm';
import { fusedBatchNormGradient } from './fused-batch-norm-gradient';
import { meanGradient } from './mean-gradient';
import { meanReduction, sumReduction } from './reduction';
import type { GradientReplacement, KernelReplacement } from './replacement';
import { cast, identity } from './shared';
import { tile, tileGradient } from './tile';

export const replacedKernels: readonly KernelReplacement[] = [
  fusedBatchNorm,
  meanReduction,
  sumReduction,
  tile,
  identity,
  cast,
];

export const replacedGradients: readonly GradientReplacement[] = [
  fusedBatchNormGradient,
  meanGradient,
  tileGradient,
];
