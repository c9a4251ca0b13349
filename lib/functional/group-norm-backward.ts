import { checkOptions } from '../options';
import type { DType, DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { arrangeGroups, checkNumGroups } from './arrange-groups';
import { type BackwardArguments, sampleGradients } from './normalize-samples';
import { checkEps } from './options';

export interface GroupNormBackwardOptions {
  /** The scale of the forward pass, one value per channel; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** The mean of each group, (N, numGroups); with `invstd`, or computed from the input. */
  mean?: Float64Array | TensorLike | null | undefined;
  /** 1 / sqrt(variance + eps) of each group; with `mean`, or computed from the input. */
  invstd?: Float64Array | TensorLike | null | undefined;
  /** The forward pass's; for `invstd` where that is computed. */
  eps?: number | undefined;
  /** Where to write `gradInput`: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
}

export interface GroupNormGradients<D extends DType = DType> {
  /** Of the input's shape, dtype and memory format. */
  gradInput: Tensor<D>;
  /** C values of the input's dtype. */
  gradWeight: Tensor<D>;
  /** C values of the input's dtype. */
  gradBias: Tensor<D>;
}

const name = 'groupNormBackward';

/** The names of {@link GroupNormBackwardOptions}. */
export const groupNormBackwardOptions = ['weight', 'mean', 'invstd', 'eps', 'out'];

/**
 * The gradients of {@link groupNorm}. With z = (x - mean) * invstd, g = gradOutput * weight, and
 * mean() over a group of one sample:
 *
 *     gradWeight = sum(gradOutput * z)     over each channel of all samples
 *     gradBias   = sum(gradOutput)         over each channel of all samples
 *     gradInput  = (g - mean(g) - z * mean(g * z)) * invstd
 *
 * Wu & He 2018, arXiv:1803.08494.
 *
 * @param gradOutput Of the input's shape and dtype; of another memory format it is copied.
 * @param input The input of the forward pass, (N, C, ...).
 * @param numGroups The forward pass's.
 * @throws ShapeError, DTypeError or ArgumentError as {@link groupNorm} does, and ArgumentError for
 * one of mean and invstd without the other. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const x = randn([8, 64, 16, 16]);
 * const { gradInput } = functional.groupNormBackward(ones(x.shape), x, 32);
 * ```
 */
export function groupNormBackward<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  numGroups: number,
  options?: GroupNormBackwardOptions,
): GroupNormGradients<DTypeOf<Input>>;
export function groupNormBackward(
  gradOutput: TensorLike,
  input: TensorLike,
  numGroups: number,
  options: GroupNormBackwardOptions = {},
): GroupNormGradients {
  checkOptions(name, options, groupNormBackwardOptions, 'gradOutput, input, numGroups');
  return sampleGradients(gradOutput, input, readGroupNormBackward(name, numGroups, options));
}

/** Reads all but the tensors, each once; `name` is what errors call the function. */
export function readGroupNormBackward(
  name: string,
  numGroups: number,
  options: GroupNormBackwardOptions,
): BackwardArguments {
  const { weight, mean, invstd, eps = 1e-5, out } = options;
  checkEps(name, eps);
  checkNumGroups(name, numGroups);
  const caller = { name, ranks: null, numFeatures: null };
  const arrange: Arrange = (x, affine) => arrangeGroups(caller, numGroups, x, affine);
  return { caller, weight, mean, invstd, eps, out, arrange };
}
