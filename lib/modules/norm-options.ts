import { checkEps, checkMomentum } from '../functional/internal';
import { checkBoolean } from '../options';
import { checkDType, type DType } from '../tensor/dtype';

/** What the layers with statistics per channel are made with; each states its own defaults. */
export interface NormOptions {
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Weight of the new value in the running statistics; null for their cumulative average. */
  momentum?: number | null | undefined;
  /** Whether to learn a scale (`weight`) and a shift (`bias`) per channel. */
  affine?: boolean | undefined;
  /** false leaves the shift out; without `affine` there is none anyway. */
  bias?: boolean | undefined;
  /** Whether to keep running statistics, for evaluation to normalize with. */
  trackRunningStats?: boolean | undefined;
  /** The type of parameters and buffers, and so of the input. */
  dtype?: DType | undefined;
}

/** Options with their defaults filled in. */
export type NormSettings = {
  [Name in keyof NormOptions]-?: Exclude<NormOptions[Name], undefined>;
};

/** Checks options that were read once and have their defaults filled in. */
export function checkNormSettings(caller: string, settings: NormSettings): NormSettings {
  const { eps, momentum, affine, bias, trackRunningStats, dtype } = settings;
  return {
    eps: checkEps(caller, eps),
    momentum: momentum === null ? null : checkMomentum(caller, momentum),
    affine: checkBoolean(caller, 'affine', affine),
    bias: checkBoolean(caller, 'bias', bias),
    trackRunningStats: checkBoolean(caller, 'trackRunningStats', trackRunningStats),
    dtype: checkDType(dtype, caller),
  };
}
