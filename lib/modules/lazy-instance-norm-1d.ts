import type { InstanceNormOptions } from './instance-norm';
import { InstanceNorm1d } from './instance-norm-1d';
import { Lazy } from './norm-state';

/**
 * An {@link InstanceNorm1d} that takes its number of channels from its first input,
 * (N, C, L) or (C, L), or from the state dict that it loads, and is a plain InstanceNorm1d from then on.
 * PyTorch's `nn.LazyInstanceNorm1d`, which learns parameters and tracks running statistics unless
 * told otherwise, as the plain one does not.
 *
 * Until then `numFeatures` is 0, and what would give or save its parameters and buffers throws an
 * ArgumentError, for an optimizer or a file would go without them. Where the first input is refused
 * the layer stays lazy.
 *
 * @example
 * ```ts
 * const norm = new LazyInstanceNorm1d({ affine: false, trackRunningStats: false });
 * norm.forward(randn([20, 100, 40]));
 * norm.numFeatures; // 100
 * ```
 */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  static override readonly name: string = 'LazyInstanceNorm1d';

  /** @throws ArgumentError or DTypeError where an option makes no sense. */
  constructor(options: InstanceNormOptions = {}) {
    super(new Lazy(InstanceNorm1d), options);
  }
}
