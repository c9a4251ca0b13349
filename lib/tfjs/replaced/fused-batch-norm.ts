import { FusedBatchNorm, type KernelBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { batchNormInference, type InferenceAttributes } from '../kernels/batch-norm-inference';
import { compute } from '../memory';
import { type FusedInputs, fusedChannels } from './fused-batch-norm-channels';
import type { KernelReplacement } from './replacement';

/** tf.batchNorm, as the layers use it too: with statistics for each channel or each element. */
export const fusedBatchNorm: KernelReplacement = {
  kernelName: FusedBatchNorm,

  kernelFunc: (original, memory) => (call) => {
    const inputs = call.inputs as unknown as FusedInputs<TensorInfo>;
    const epsilon = call.attrs?.varianceEpsilon;
    const channels = fusedChannels(inputs, epsilon);
    if (channels === null) return original(call);
    const { x, mean, variance, scale = null, offset = null } = inputs;
    return compute<'x' | 'mean' | 'variance', 'scale' | 'offset', 'y', InferenceAttributes>(
      batchNormInference,
      memory,
      call.backend as KernelBackend,
      { x, mean, variance, scale, offset },
      { channels, epsilon: epsilon as number },
    ).y;
  },
};
