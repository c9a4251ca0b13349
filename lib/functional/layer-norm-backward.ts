import { checkOptions } from '../options';
import type { DType, DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { arrangeRows } from './arrange-rows';
import { type BackwardArguments, sampleGradients } from './normalize-samples';
import { readNormalizedShape } from './normalized-shape';
import { checkEps } from './options';

export interface LayerNormBackwardOptions {
  /** The scale of the forward pass, of shape `normalizedShape`; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** The mean of each row, in order; with `invstd`, or computed from the input. */
  mean?: Float64Array | TensorLike | null | undefined;
  /** 1 / sqrt(variance + eps) of each row, in order; with `mean`, or computed from the input. */
  invstd?: Float64Array | TensorLike | null | undefined;
  /** The forward pass's; for `invstd` where that is computed. */
  eps?: number | undefined;
  /** Where to write `gradInput`: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
}

export interface LayerNormGradients<D extends DType = DType> {
  /** Of the input's shape and dtype, contiguous. */
  gradInput: Tensor<D>;
  /** Of shape `normalizedShape` and the input's dtype. */
  gradWeight: Tensor<D>;
  /** Of shape `normalizedShape` and the input's dtype. */
  gradBias: Tensor<D>;
}

const name = 'layerNormBackward';

/** The names of {@link LayerNormBackwardOptions}. */
export const layerNormBackwardOptions = ['weight', 'mean', 'invstd', 'eps', 'out'];

/**
 * The gradients of {@link layerNorm}. With D values in a row, z = (x - mean) * invstd,
 * g = gradOutput * weight, and mean() over a row:
 *
 *     gradWeight = sum(gradOutput * z)     over all rows
 *     gradBias   = sum(gradOutput)         over all rows
 *     gradInput  = (g - mean(g) - z * mean(g * z)) * invstd
 *
 * Ba, Kiros & Hinton 2016, arXiv:1607.06450.
 *
 * @param gradOutput Of the input's shape and dtype; one that is not contiguous is copied.
 * @param input The input of the forward pass, (..., *normalizedShape); one that is not contiguous is
 * copied.
 * @throws ShapeError, DTypeError or ArgumentError as {@link layerNorm} does, and ArgumentError for
 * one of mean and invstd without the other. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const x = randn([8, 768]);
 * const { gradInput } = functional.layerNormBackward(ones([8, 768]), x, 768);
 * ```
 */
export function layerNormBackward<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  normalizedShape: number | readonly number[],
  options?: LayerNormBackwardOptions,
): LayerNormGradients<DTypeOf<Input>>;
export function layerNormBackward(
  gradOutput: TensorLike,
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: LayerNormBackwardOptions = {},
): LayerNormGradients {
  checkOptions(name, options, layerNormBackwardOptions, 'gradOutput, input, normalizedShape');
  const given = readLayerNormBackward(name, normalizedShape, options);
  return sampleGradients(gradOutput, input, given);
}

/** Reads all but the tensors, each once; `name` is what errors call the function. */
export function readLayerNormBackward(
  name: string,
  normalizedShape: number | readonly number[],
  options: LayerNormBackwardOptions,
): BackwardArguments {
  const { weight, mean, invstd, eps = 1e-5, out } = options;
  checkEps(name, eps);
  const shape = readNormalizedShape(name, normalizedShape);
  const caller = { name, ranks: null, numFeatures: null };
  const arrange: Arrange = (x, affine) => arrangeRows(caller, shape, true, x, affine);
  return { caller, weight, mean, invstd, eps, out, arrange };
}
