import { FrozenBatchNorm, type FrozenBatchNormOptions } from './frozen-batch-norm';

/**
 * Batch normalization of (N, C) or (N, C, L) with statistics, scale and shift that no training changes: all four
 * are buffers, and `train()` alters nothing about them.
 *
 * It loads the state dict of a BatchNorm1d, whose `num_batches_tracked` it passes over. One
 * made without `affine` has no `weight` and `bias`, which `strict: false` lets be: 1 and 0 at first. That of one
 * made with `bias: false` fits a layer made so, too.
 *
 * @example
 * ```ts
 * const bn = new FrozenBatchNorm1d(100);
 * bn.loadStateDict(new BatchNorm1d(100).stateDict());
 * const y = bn.forward(randn([20, 100]));
 * ```
 */
export class FrozenBatchNorm1d extends FrozenBatchNorm {
  static override readonly name: string = 'FrozenBatchNorm1d';

  /**
   * @param numFeatures C, a positive integer.
   * @throws ArgumentError or DTypeError where `numFeatures` or an option makes no sense.
   */
  constructor(numFeatures: number, options: FrozenBatchNormOptions = {}) {
    super([2, 3], numFeatures, options);
  }
}
