import { BatchNorm3d } from './batch-norm-3d';
import type { BatchNormOptions } from './batch-norm-options';
import { Lazy } from './norm-state';

/**
 * A {@link BatchNorm3d} that takes its number of channels from its first input, (N, C, D, H, W), or from
 * the state dict that it loads, and is a plain BatchNorm3d from then on. PyTorch's
 * `nn.LazyBatchNorm3d`.
 *
 * Until then `numFeatures` is 0, and what would give or save its parameters and buffers throws an
 * ArgumentError, for an optimizer or a file would go without them. Where the first input is refused
 * the layer stays lazy.
 *
 * @example
 * ```ts
 * const bn = new LazyBatchNorm3d();
 * bn.forward(randn([20, 100, 35, 45, 10]));
 * String(bn); // BatchNorm3d(100, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
 * ```
 */
export class LazyBatchNorm3d extends BatchNorm3d {
  static override readonly name: string = 'LazyBatchNorm3d';

  /** @throws ArgumentError or DTypeError where an option makes no sense. */
  constructor(options: BatchNormOptions = {}) {
    super(new Lazy(BatchNorm3d), options);
  }
}
