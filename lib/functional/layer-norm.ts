import { checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { arrangeRows } from './arrange-rows';
import { type ForwardArguments, normalizeSamples } from './normalize-samples';
import { readNormalizedShape } from './normalized-shape';
import { checkEps } from './options';

export interface LayerNormFunctionOptions {
  /** Scale, of shape `normalizedShape`; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** Shift, of shape `normalizedShape`; 0 when absent. */
  bias?: TensorLike | null | undefined;
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Where to write the output: the input itself, or memory that nothing else shares. */
  out?: TensorLike | null | undefined;
}

const name = 'layerNorm';

/** The names of {@link LayerNormFunctionOptions}. */
export const layerNormOptions = ['weight', 'bias', 'eps', 'out'];

/**
 * Layer normalization over the last dimensions, as PyTorch's `F.layer_norm`.
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias
 *
 * mean and (biased) variance are those of the elements that share all leading indices.
 * Ba, Kiros & Hinton 2016, arXiv:1607.06450.
 *
 * The dimensions count in logical order: a channels-last input is copied into it first.
 *
 * @param input (..., *normalizedShape), float32 or float64.
 * @param normalizedShape The sizes of the last dimensions; a number stands for one of them.
 * @returns `out`, or a new contiguous tensor of the input's shape and dtype.
 * @throws ShapeError where the input does not end in `normalizedShape`, or another shape or the
 * memory format of `out` does not fit.
 * @throws DTypeError where a dtype differs from the input's.
 * @throws ArgumentError where an option makes no sense, memory is detached, or `out` overlaps
 * another tensor. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const y = functional.layerNorm(randn([8, 16, 768]), 768, { eps: 1e-6 });
 * ```
 */
export function layerNorm<Input extends TensorLike>(
  input: Input,
  normalizedShape: number | readonly number[],
  options?: LayerNormFunctionOptions,
): Tensor<DTypeOf<Input>>;
export function layerNorm(
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: LayerNormFunctionOptions = {},
): Tensor {
  checkOptions(name, options, layerNormOptions, 'input, normalizedShape');
  return normalizeSamples(input, readLayerNorm(name, normalizedShape, options));
}

/** Reads all but the input, each once; `name` is what errors call the function. */
export function readLayerNorm(
  name: string,
  normalizedShape: number | readonly number[],
  options: LayerNormFunctionOptions,
): ForwardArguments {
  const { weight, bias, eps = 1e-5, out } = options;
  checkEps(name, eps);
  const shape = readNormalizedShape(name, normalizedShape);
  const caller = { name, ranks: null, numFeatures: null };
  const arrange: Arrange = (x, affine) => arrangeRows(caller, shape, true, x, affine);
  return { caller, weight, bias, eps, out, arrange };
}
