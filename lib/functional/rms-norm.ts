import { checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { arrangeRows } from './arrange-rows';
import { type ForwardArguments, normalizeSamples } from './normalize-samples';
import { readNormalizedShape } from './normalized-shape';
import { checkOptionalEps } from './options';

export interface RMSNormFunctionOptions {
  /** Scale, of shape `normalizedShape`; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** Added to the mean square, a finite number >= 0; null for the dtype's machine epsilon. */
  eps?: number | null | undefined;
  /** Where to write the output: the input itself, or memory that nothing else shares. */
  out?: TensorLike | null | undefined;
}

const name = 'rmsNorm';

/** The names of {@link RMSNormFunctionOptions}. */
export const rmsNormOptions = ['weight', 'eps', 'out'];

/**
 * Root mean square normalization over the last dimensions, as PyTorch's `F.rms_norm`.
 *
 *     y = x / sqrt(mean(x^2) + eps) * weight
 *
 * The mean is that of the elements that share all leading indices. eps is 2^-23 for float32 and
 * 2^-52 for float64 unless told. Zhang & Sennrich 2019, arXiv:1910.07467.
 *
 * The dimensions count in logical order: a channels-last input is copied into it first, and the result
 * back into channels last.
 *
 * @param input (..., *normalizedShape), float32 or float64.
 * @param normalizedShape The sizes of the last dimensions; a number stands for one of them.
 * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
 * @throws ShapeError, DTypeError or ArgumentError as {@link layerNorm} does. A refused call changes
 * nothing.
 *
 * @example
 * ```ts
 * const y = functional.rmsNorm(randn([8, 16, 768]), 768, { weight: ones([768]) });
 * ```
 */
export function rmsNorm<Input extends TensorLike>(
  input: Input,
  normalizedShape: number | readonly number[],
  options?: RMSNormFunctionOptions,
): Tensor<DTypeOf<Input>>;
export function rmsNorm(
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: RMSNormFunctionOptions = {},
): Tensor {
  checkOptions(name, options, rmsNormOptions, 'input, normalizedShape');
  return normalizeSamples(input, readRMSNorm(name, normalizedShape, options));
}

/** Reads all but the input, each once; `name` is what errors call the function. */
export function readRMSNorm(
  name: string,
  normalizedShape: number | readonly number[],
  options: RMSNormFunctionOptions,
): ForwardArguments {
  const { weight, eps = null, out } = options;
  checkOptionalEps(name, eps);
  const shape = readNormalizedShape(name, normalizedShape);
  const caller = { name, ranks: null, numFeatures: null };
  const arrange: Arrange = (x, affine) => arrangeRows(caller, shape, false, x, affine);
  return { caller, weight, eps, out, arrange };
}
