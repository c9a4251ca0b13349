import {
  type ActivationName,
  checkActivation,
  checkEps,
  checkMomentum,
  checkNegativeSlope,
} from '../functional/internal';
import type { Activation } from '../native';
import { checkBoolean, checkOptions } from '../options';
import { checkDType, type DType } from '../tensor/dtype';

export interface BatchNormOptions {
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Weight of the new value in the running statistics; null for their cumulative average. */
  momentum?: number | null | undefined;
  /** Whether to learn a scale (`weight`) and a shift (`bias`) per channel. */
  affine?: boolean | undefined;
  /** Whether to keep running statistics, for evaluation to normalize with. */
  trackRunningStats?: boolean | undefined;
  /** The type of parameters and buffers, and so of the input. */
  dtype?: DType | undefined;
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
  trackRunningStats: true,
  dtype: 'float32',
  unbiasedRunningVar: true,
  activation: null,
  negativeSlope: null,
} as const;

type Given = { [Name in keyof BatchNormOptions]-?: Exclude<BatchNormOptions[Name], undefined> };
interface Settings extends Omit<Given, 'activation' | 'negativeSlope'> {
  activation: Activation;
  negativeSlope: number;
}

/** The options with defaults filled in, each read once and checked. */
export function readOptions(caller: string, options: BatchNormOptions): Settings {
  checkOptions(caller, options, Object.keys(defaults));
  const {
    eps = defaults.eps,
    momentum = defaults.momentum,
    affine = defaults.affine,
    trackRunningStats = defaults.trackRunningStats,
    dtype = defaults.dtype,
    unbiasedRunningVar = defaults.unbiasedRunningVar,
    activation = defaults.activation,
    negativeSlope = defaults.negativeSlope,
  } = options;
  const applied = checkActivation(caller, activation);
  return {
    eps: checkEps(caller, eps),
    momentum: momentum === null ? null : checkMomentum(caller, momentum),
    affine: checkBoolean(caller, 'affine', affine),
    trackRunningStats: checkBoolean(caller, 'trackRunningStats', trackRunningStats),
    dtype: checkDType(dtype, caller),
    unbiasedRunningVar: checkBoolean(caller, 'unbiasedRunningVar', unbiasedRunningVar),
    activation: applied,
    negativeSlope: checkNegativeSlope(caller, negativeSlope, applied),
  };
}
