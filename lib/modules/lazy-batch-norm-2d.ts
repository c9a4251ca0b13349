import { BatchNorm2d } from './batch-norm-2d';
import type { BatchNormOptions } from './batch-norm-options';
import { Lazy } from './norm-state';

/**
 * A {@link BatchNorm2d} that takes its number of channels from its first input, (N, C, H, W), or from
 * the state dict that it loads, and is a plain BatchNorm2d from then on. PyTorch's
 * `nn.LazyBatchNorm2d`.
 *
 * Until then `numFeatures` is 0, and what would give or save its parameters and buffers throws an
 * ArgumentError, for an optimizer or a file would go without them. Where the first input is refused
 * the layer stays lazy.
 *
 * @example
 * ```ts
 * const bn = new LazyBatchNorm2d();
 * bn.forward(randn([20, 100, 35, 45]));
 * String(bn); // BatchNorm2d(100, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)
 * ```
 */
export class LazyBatchNorm2d extends BatchNorm2d {
  static override readonly name: string = 'LazyBatchNorm2d';

  /** @throws ArgumentError or DTypeError where an option makes no sense. */
  constructor(options: BatchNormOptions = {}) {
    super(new Lazy(BatchNorm2d), options);
  }
}
