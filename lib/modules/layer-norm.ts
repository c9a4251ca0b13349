import { arrangeRows, checkEps } from '../functional/internal';
import { checkBoolean, checkOptions } from '../options';
import { checkDType, type DType } from '../tensor/dtype';
import { sizeOf } from '../tensor/shape';
import { positiveShape } from './positive-shape';
import { reprBoolean, reprFloat, reprShape } from './repr';
import { SampleNorm } from './sample-norm';

export interface LayerNormOptions {
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Whether to learn a scale (`weight`) and a shift (`bias`) per element. */
  elementwiseAffine?: boolean | undefined;
  /** false leaves the shift out. */
  bias?: boolean | undefined;
  /** The type of the parameters, and so of the input. */
  dtype?: DType | undefined;
}

/**
 * Layer normalization over the last dimensions of (..., *normalizedShape):
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias
 *
 * mean and (biased) variance are those of the elements that share all leading indices, in training
 * and evaluation. Gradients, with z = (x - mean) / sqrt(variance + eps) and g = gradOutput * weight:
 *
 *     gradWeight = sum(gradOutput * z)
 *     gradBias   = sum(gradOutput)
 *     gradInput  = (g - mean(g) - z * mean(g * z)) / sqrt(variance + eps)
 *
 * The dimensions count in logical order: a channels-last input is copied into it first, and outputs
 * and gradients are contiguous.
 * Ba, Kiros & Hinton 2016, arXiv:1607.06450; PyTorch's `nn.LayerNorm`.
 *
 * @example
 * ```ts
 * const norm = new LayerNorm(768);
 * const y = norm.forward(randn([8, 16, 768]));
 * ```
 */
export class LayerNorm extends SampleNorm<number> {
  static override readonly name: string = 'LayerNorm';

  /** The sizes of the last dimensions of every input; frozen. */
  readonly normalizedShape: readonly number[];
  /** Whether the layer learns `weight` and, unless that was left out, `bias`. */
  readonly elementwiseAffine: boolean;

  /**
   * @param normalizedShape Positive integers; a number stands for an array of it alone.
   * @throws ArgumentError, ShapeError or DTypeError where `normalizedShape` or an option makes no
   * sense.
   */
  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    const { name } = new.target;
    checkOptions(name, options, ['eps', 'elementwiseAffine', 'bias', 'dtype'], 'normalizedShape');
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = 'float32' } = options;
    const shape = positiveShape(name, normalizedShape);
    const caller = { name, ranks: null, numFeatures: sizeOf(shape) };
    const hasWeight = checkBoolean(name, 'elementwiseAffine', elementwiseAffine);
    super({
      caller,
      shape,
      hasWeight,
      hasBias: checkBoolean(name, 'bias', bias) && hasWeight,
      optionsFor: {
        weight: 'elementwiseAffine: true',
        bias: hasWeight ? 'bias: true' : 'elementwiseAffine: true',
      },
      dtype: checkDType(dtype, name),
      eps,
      checkEps,
      arrange: (input, affine) => arrangeRows(caller, shape, true, input, affine),
    });
    this.normalizedShape = shape;
    this.elementwiseAffine = elementwiseAffine;
  }

  protected override extraRepr(): string {
    return [
      reprShape(this.normalizedShape),
      `eps=${reprFloat(this.eps)}`,
      `elementwise_affine=${reprBoolean(this.elementwiseAffine)}`,
      `bias=${reprBoolean(this.bias !== null)}`,
    ].join(', ');
  }
}
