import { type Caller, forwardWithRunningStatistics } from '../../functional/internal';
import { Activation } from '../../native';
import { run } from '../run';
import { batchNormInferenceGrad } from './batch-norm-inference-grad';
import { asChannels, type Channels, perChannel } from './channels';
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
    forwardWithRunningStatistics({
      caller,
      input: asChannels(x, channels),
      weight: perChannel(scale),
      bias: perChannel(offset),
      runningMean: perChannel(mean),
      runningVar: perChannel(variance),
      eps: epsilon,
      residual: null,
      activation: Activation.none,
      negativeSlope: 0,
      kept: null,
      out: asChannels(y, channels),
    });
  },

  gradient({ y: dy }, { x, mean, variance, scale }, attributes) {
    const inputs = { dy, x, mean, variance, scale };
    const gradients = run(batchNormInferenceGrad, inputs, attributes);
    const { dx, dMean, dVariance, dScale, dOffset } = gradients;
    return { x: dx, mean: dMean, variance: dVariance, scale: dScale, offset: dOffset };
  },
};
