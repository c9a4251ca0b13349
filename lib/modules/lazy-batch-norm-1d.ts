import { BatchNorm1d } from './batch-norm-1d';
import type { BatchNormOptions } from './batch-norm-options';
import { Lazy } from './norm-state';

/**
 * A {@link BatchNorm1d} that takes its number of channels from its first input, (N, C) or (N, C, L), or from
 * the state dict that it loads, and is a plain BatchNorm1d from then on. PyTorch's
 * `nn.LazyBatchNorm1d`.
 *
 * Until then `numFeatures` is 0, and what would give or save its parameters and buffers throws an
 * ArgumentError, for an optimizer or a file would go without them. Where the first input is refused
 * the layer stays lazy.
 *
 * @example
 * ```ts
 * const bn = new LazyBatchNorm1d();
 * bn.forward(randn([20, 100]));
 * String(bn); // BatchNorm1d(100, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
 * ```
 */
export class LazyBatchNorm1d extends BatchNorm1d {
  static override readonly name: string = 'LazyBatchNorm1d';

  /** @throws ArgumentError or DTypeError where an option makes no sense. */
  constructor(options: BatchNormOptions = {}) {
    super(new Lazy(BatchNorm1d), options);
  }
}
