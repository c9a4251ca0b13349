import { BatchNorm } from './batch-norm';
import type { BatchNormOptions } from './batch-norm-options';
import type { Lazy } from './norm-state';

/**
 * Batch normalization of (N, C, D, H, W), each channel over all its values.
 * Ioffe & Szegedy 2015, arXiv:1502.03167; PyTorch's `nn.BatchNorm3d`.
 *
 * @example
 * ```ts
 * const bn = new BatchNorm3d(100);
 * const y = bn.forward(randn([20, 100, 35, 45, 10]));
 * ```
 */
export class BatchNorm3d extends BatchNorm {
  static override readonly name: string = 'BatchNorm3d';

  /**
   * @param numFeatures C, a positive integer.
   * @throws ArgumentError or DTypeError where `numFeatures` or an option makes no sense.
   */
  constructor(numFeatures: number, options?: BatchNormOptions);
  /** @internal */
  constructor(numFeatures: number | Lazy, options?: BatchNormOptions);
  constructor(numFeatures: number | Lazy, options: BatchNormOptions = {}) {
    super([5], numFeatures, options);
  }
}
