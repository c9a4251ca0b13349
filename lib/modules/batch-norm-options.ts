import {
  type ActivationName,
  checkActivation,
  checkBatchNormEps,
  checkNegativeSlope,
} from '../functional/internal';
import type { Activation } from '../native';
import { checkBoolean, checkOptions } from '../options';
import { checkNormSettings, type NormOptions, type NormSettings } from './norm-options';

export interface BatchNormOptions extends NormOptions {
  /** false keeps the biased variance in `runningVar`, as Keras, ONNX and oneDNN do. */
  unbiasedRunningVar?: boolean | undefined;
  /** What the layer does with its output in the same pass; nothing when absent. */
  activation?: ActivationName | null | undefined;
  /** leakyRelu's factor for what is below 0, a finite number; 0.01 when absent. */
  negativeSlope?: number | null | undefined;
}

const defaults = {
  eps: 1e-5,
  momentum: 0.1,
  affine: true,
  bias: true,
  trackRunningStats: true,
  dtype: 'float32',
  unbiasedRunningVar: true,
  activation: null,
  negativeSlope: null,
} as const;

interface Settings extends NormSettings {
  unbiasedRunningVar: boolean;
  activation: Activation;
  negativeSlope: number;
}

/** The options with defaults filled in, each read once and checked. */
export function readOptions(caller: string, options: BatchNormOptions, isLazy: boolean): Settings {
  checkOptions(caller, options, Object.keys(defaults), isLazy ? '' : 'numFeatures');
  const {
    eps = defaults.eps,
    momentum = defaults.momentum,
    affine = defaults.affine,
    bias = defaults.bias,
    trackRunningStats = defaults.trackRunningStats,
    dtype = defaults.dtype,
    unbiasedRunningVar = defaults.unbiasedRunningVar,
    activation = defaults.activation,
    negativeSlope = defaults.negativeSlope,
  } = options;
  checkBatchNormEps(caller, eps);
  const applied = checkActivation(caller, activation);
  return {
    ...checkNormSettings(caller, { eps, momentum, affine, bias, trackRunningStats, dtype }),
    unbiasedRunningVar: checkBoolean(caller, 'unbiasedRunningVar', unbiasedRunningVar),
    activation: applied,
    negativeSlope: checkNegativeSlope(caller, negativeSlope, applied),
  };
}
