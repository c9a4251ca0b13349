import { FusedBatchNorm, type Tensor } from '@tensorflow/tfjs-core';
import { batchNormInferenceGrad } from '../kernels/batch-norm-inference-grad';
import { run } from '../run';
import { fusedChannels } from './fused-batch-norm-channels';
import { inUse } from './in-use';
import type { GradientReplacement } from './replacement';

/** The gradient of tf.batchNorm, in one pass where it takes a dozen; for statistics per channel. */
export const fusedBatchNormGradient: GradientReplacement = {
  kernelName: FusedBatchNorm,

  gradFunc: (original) => (dys, saved, attrs) => {
    const dy = dys as Tensor;
    const [x, mean, variance, scale] = saved as [Tensor, Tensor, Tensor, Tensor | undefined];
    const epsilon = attrs.varianceEpsilon;
    const channels = fusedChannels({ x, mean, variance, scale, offset: null }, epsilon);
    if (channels === null || mean.rank !== 1 || !inUse()) return original(dys, saved, attrs);
    const gradients = run(
      batchNormInferenceGrad,
      { dy, x, mean, variance, scale: scale ?? null },
      { channels, epsilon: epsilon as number },
    );
    return {
      x: () => gradients.dx,
      mean: () => gradients.dMean,
      variance: () => gradients.dVariance,
      scale: () => gradients.dScale,
      offset: () => gradients.dOffset,
    };
  },
};
