import { arrangeRows, checkOptionalEps } from '../functional/internal';
import { checkBoolean, checkOptions } from '../options';
import { checkDType, type DType } from '../tensor/dtype';
import { sizeOf } from '../tensor/shape';
import { positiveShape } from './positive-shape';
import { reprBoolean, reprFloat, reprShape } from './repr';
import { SampleNorm } from './sample-norm';

export interface RMSNormOptions {
  /** Added to the mean square, a finite number >= 0; null for the dtype's machine epsilon. */
  eps?: number | null | undefined;
  /** Whether to learn a scale (`weight`) per element. */
  elementwiseAffine?: boolean | undefined;
  /** The type of the parameter, and so of the input. */
  dtype?: DType | undefined;
}

/**
 * Root mean square normalization over the last dimensions of (..., *normalizedShape):
 *
 *     y = x / sqrt(mean(x^2) + eps) * weight
 *
 * The mean is that of the elements that share all leading indices, in training and evaluation.
 * Gradients, with z = x / sqrt(mean(x^2) + eps) and g = gradOutput * weight:
 *
 *     gradWeight = sum(gradOutput * z)
 *     gradInput  = (g - z * mean(g * z)) / sqrt(mean(x^2) + eps)
 *
 * eps is 2^-23 for float32 and 2^-52 for float64 unless told. The dimensions count in logical order:
 * a channels-last input is copied into it first, outputs and gradients back into channels last.
 * Zhang & Sennrich 2019, arXiv:1910.07467; PyTorch's `nn.RMSNorm`.
 *
 * @example
 * ```ts
 * const norm = new RMSNorm(768, { eps: 1e-6 });
 * const y = norm.forward(randn([8, 16, 768]));
 * ```
 */
export class RMSNorm extends SampleNorm<number | null> {
  static override readonly name: string = 'RMSNorm';

  /** The sizes of the last dimensions of every input; frozen. */
  readonly normalizedShape: readonly number[];
  /** Whether the layer learns `weight`; there is never a `bias`. */
  readonly elementwiseAffine: boolean;

  /**
   * @param normalizedShape Positive integers; a number stands for an array of it alone.
   * @throws ArgumentError, ShapeError or DTypeError where `normalizedShape` or an option makes no
   * sense.
   */
  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    const { name } = new.target;
    checkOptions(name, options, ['eps', 'elementwiseAffine', 'dtype'], 'normalizedShape');
    const { eps = null, elementwiseAffine = true, dtype = 'float32' } = options;
    const shape = positiveShape(name, normalizedShape);
    const caller = { name, ranks: null, numFeatures: sizeOf(shape) };
    super({
      caller,
      shape,
      hasWeight: checkBoolean(name, 'elementwiseAffine', elementwiseAffine),
      hasBias: false,
      optionsFor: { weight: 'elementwiseAffine: true' },
      dtype: checkDType(dtype, name),
      eps,
      checkEps: checkOptionalEps,
      arrange: (input, affine) => arrangeRows(caller, shape, false, input, affine),
    });
    this.normalizedShape = shape;
    this.elementwiseAffine = elementwiseAffine;
  }

  protected override extraRepr(): string {
    const eps = this.eps === null ? 'None' : reprFloat(this.eps);
    const affine = reprBoolean(this.elementwiseAffine);
    return `${reprShape(this.normalizedShape)}, eps=${eps}, elementwise_affine=${affine}`;
  }
}
