import { type Caller, forwardWithRunningStatistics } from '../../functional/internal';
import { run } from '../run';
import { batchNormInferenceGrad } from './batch-norm-inference-grad';
import type { Channels } from './channels';
import { forwardCall } from './forward-call';
import type { Kernel } from './kernel';

export interface InferenceAttributes {
  readonly channels: Channels;
  readonly epsilon: number;
}

const caller: Caller = { name: 'batchNormInference', ranks: null, numFeatures: null };

/** Normalizes with statistics that are given. */
export const batchNormInference: Kernel<
  'x' | 'mean' | 'variance',
  'scale' | 'offset',
  'y',
  InferenceAttributes
> = {
  name: 'batchnorm/BatchNormInference',

  outputShapes({ x }) {
    return { y: x.shape };
  },

  fill({ x, mean, variance, scale, offset }, { y }, { channels, epsilon }) {
    const elements = { x, scale, offset, y, mean, variance };
    forwardWithRunningStatistics(forwardCall(caller, channels, epsilon, elements));
  },

  gradient({ y: dy }, { x, mean, variance, scale }, attributes) {
    const inputs = { dy, x, mean, variance, scale };
    const gradients = run(batchNormInferenceGrad, inputs, attributes);
    const { dx, dMean, dVariance, dScale, dOffset } = gradients;
    return { x: dx, mean: dMean, variance: dVariance, scale: dScale, offset: dOffset };
  },
};
