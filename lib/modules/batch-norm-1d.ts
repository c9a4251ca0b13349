import { BatchNorm } from './batch-norm';
import type { BatchNormOptions } from './batch-norm-options';
import type { Lazy } from './norm-state';

/**
 * Batch normalization of (N, C) or (N, C, L), each channel over all its values.
 * Ioffe & Szegedy 2015, arXiv:1502.03167; PyTorch's `nn.BatchNorm1d`.
 *
 * @example
 * ```ts
 * const bn = new BatchNorm1d(100);
 * const y = bn.forward(randn([20, 100]));
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  static override readonly name: string = 'BatchNorm1d';

  /**
   * @param numFeatures C, a positive integer.
   * @throws ArgumentError or DTypeError where `numFeatures` or an option makes no sense.
   */
  constructor(numFeatures: number, options?: BatchNormOptions);
  /** @internal */
  constructor(numFeatures: number | Lazy, options?: BatchNormOptions);
  constructor(numFeatures: number | Lazy, options: BatchNormOptions = {}) {
    super([2, 3], numFeatures, options);
  }
}
