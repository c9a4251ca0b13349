import { InstanceNorm, type InstanceNormOptions } from './instance-norm';
import type { Lazy } from './norm-state';

/**
 * Instance normalization of (N, C, L) or (C, L), each channel of each sample by itself.
 * Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022; PyTorch's `nn.InstanceNorm1d`: without
 * parameters and running statistics unless told.
 *
 * @example
 * ```ts
 * const norm = new InstanceNorm1d(100, { affine: true });
 * const y = norm.forward(randn([20, 100, 40]));
 * ```
 */
export class InstanceNorm1d extends InstanceNorm {
  static override readonly name: string = 'InstanceNorm1d';

  /**
   * @param numFeatures C, a positive integer.
   * @throws ArgumentError or DTypeError where `numFeatures` or an option makes no sense.
   */
  constructor(numFeatures: number, options?: InstanceNormOptions);
  /** @internal */
  constructor(numFeatures: number | Lazy, options?: InstanceNormOptions);
  constructor(numFeatures: number | Lazy, options: InstanceNormOptions = {}) {
    super(2, numFeatures, options);
  }
}
