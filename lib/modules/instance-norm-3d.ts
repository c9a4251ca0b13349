import { InstanceNorm, type InstanceNormOptions } from './instance-norm';
import type { Lazy } from './norm-state';

/**
 * Instance normalization of (N, C, D, H, W) or (C, D, H, W), each channel of each sample by itself.
 * Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022; PyTorch's `nn.InstanceNorm3d`: without
 * parameters and running statistics unless told.
 *
 * @example
 * ```ts
 * const norm = new InstanceNorm3d(100, { affine: true });
 * const y = norm.forward(randn([20, 100, 35, 45, 10]));
 * ```
 */
export class InstanceNorm3d extends InstanceNorm {
  static override readonly name: string = 'InstanceNorm3d';

  /**
   * @param numFeatures C, a positive integer.
   * @throws ArgumentError or DTypeError where `numFeatures` or an option makes no sense.
   */
  constructor(numFeatures: number, options?: InstanceNormOptions);
  /** @internal */
  constructor(numFeatures: number | Lazy, options?: InstanceNormOptions);
  constructor(numFeatures: number | Lazy, options: InstanceNormOptions = {}) {
    super(4, numFeatures, options);
  }
}
