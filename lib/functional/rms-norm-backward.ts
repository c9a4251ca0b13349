import { checkOptions } from '../options';
import type { DType, DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { arrangeRows } from './arrange-rows';
import { type BackwardArguments, sampleGradients } from './normalize-samples';
import { readNormalizedShape } from './normalized-shape';
import { checkOptionalEps } from './options';

export interface RMSNormBackwardOptions {
  /** The scale of the forward pass, of shape `normalizedShape`; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** 1 / sqrt(mean(x^2) + eps) of each row, in order; computed from the input when absent. */
  invstd?: Float64Array | TensorLike | null | undefined;
  /** The forward pass's, null for the dtype's machine epsilon; for `invstd` where absent. */
  eps?: number | null | undefined;
  /** Where to write `gradInput`: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
}

export interface RMSNormGradients<D extends DType = DType> {
  /** Of the input's shape, dtype and memory format. */
  gradInput: Tensor<D>;
  /** Of shape `normalizedShape` and the input's dtype. */
  gradWeight: Tensor<D>;
}

const name = 'rmsNormBackward';

/** The names of {@link RMSNormBackwardOptions}. */
export const rmsNormBackwardOptions = ['weight', 'invstd', 'eps', 'out'];

/**
 * The gradients of {@link rmsNorm}. With D values in a row, z = x * invstd, g = gradOutput * weight,
 * and mean() over a row:
 *
 *     gradWeight = sum(gradOutput * z)     over all rows
 *     gradInput  = (g - z * mean(g * z)) * invstd
 *
 * Zhang & Sennrich 2019, arXiv:1910.07467.
 *
 * @param gradOutput Of the input's shape and dtype; one that is not contiguous is copied.
 * @param input The input of the forward pass, (..., *normalizedShape); one that is not contiguous is
 * copied.
 * @throws ShapeError, DTypeError or ArgumentError as {@link rmsNorm} does. A refused call changes
 * nothing.
 *
 * @example
 * ```ts
 * const x = randn([8, 768]);
 * const { gradInput } = functional.rmsNormBackward(ones([8, 768]), x, 768);
 * ```
 */
export function rmsNormBackward<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  normalizedShape: number | readonly number[],
  options?: RMSNormBackwardOptions,
): RMSNormGradients<DTypeOf<Input>>;
export function rmsNormBackward(
  gradOutput: TensorLike,
  input: TensorLike,
  normalizedShape: number | readonly number[],
  options: RMSNormBackwardOptions = {},
): RMSNormGradients {
  checkOptions(name, options, rmsNormBackwardOptions, 'gradOutput, input, normalizedShape');
  const given = readRMSNormBackward(name, normalizedShape, options);
  const { gradInput, gradWeight } = sampleGradients(gradOutput, input, given);
  return { gradInput, gradWeight };
}

/** Reads all but the tensors, each once; `name` is what errors call the function. */
export function readRMSNormBackward(
  name: string,
  normalizedShape: number | readonly number[],
  options: RMSNormBackwardOptions,
): BackwardArguments {
  const { weight, invstd, eps = null, out } = options;
  checkOptionalEps(name, eps);
  const shape = readNormalizedShape(name, normalizedShape);
  const caller = { name, ranks: null, numFeatures: null };
  const arrange: Arrange = (x, affine) => arrangeRows(caller, shape, false, x, affine);
  return { caller, weight, invstd, eps, out, arrange };
}
