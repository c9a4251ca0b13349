import type { InstanceNormOptions } from './instance-norm';
import { InstanceNorm3d } from './instance-norm-3d';
import { Lazy } from './norm-state';

/**
 * An {@link InstanceNorm3d} that takes its number of channels from its first input,
 * (N, C, D, H, W) or (C, D, H, W), or from the state dict that it loads, and is a plain InstanceNorm3d from then on.
 * PyTorch's `nn.LazyInstanceNorm3d`, which learns parameters and tracks running statistics unless
 * told otherwise, as the plain one does not.
 *
 * Until then `numFeatures` is 0, and what would give or save its parameters and buffers throws an
 * ArgumentError, for an optimizer or a file would go without them. Where the first input is refused
 * the layer stays lazy.
 *
 * @example
 * ```ts
 * const norm = new LazyInstanceNorm3d({ affine: false, trackRunningStats: false });
 * norm.forward(randn([20, 100, 35, 45, 10]));
 * norm.numFeatures; // 100
 * ```
 */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  static override readonly name: string = 'LazyInstanceNorm3d';

  /** @throws ArgumentError or DTypeError where an option makes no sense. */
  constructor(options: InstanceNormOptions = {}) {
    super(new Lazy(InstanceNorm3d), options);
  }
}
