import { checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { arrangeGroups, checkNumGroups, refuseOneValue } from './arrange-groups';
import { type ForwardArguments, normalizeSamples } from './normalize-samples';
import { checkEps } from './options';

export interface GroupNormFunctionOptions {
  /** Scale, one value per channel; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** Shift, one value per channel; 0 when absent. */
  bias?: TensorLike | null | undefined;
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Where to write the output: the input itself, or memory that nothing else shares. */
  out?: TensorLike | null | undefined;
}

const name = 'groupNorm';

/** The names of {@link GroupNormFunctionOptions}. */
export const groupNormOptions = ['weight', 'bias', 'eps', 'out'];

/**
 * Group normalization of (N, C, ...), as PyTorch's `F.group_norm`.
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias
 *
 * mean and (biased) variance are those of C / numGroups adjacent channels of one sample; weight and
 * bias are a channel's. Wu & He 2018, arXiv:1803.08494.
 *
 * @param input (N, C, ...), float32 or float64, of either memory format.
 * @param numGroups A positive integer that divides C.
 * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
 * @throws ShapeError where `numGroups` does not divide C, a shape or the memory format of `out` does
 * not fit, or the input has a single sample and each of its groups a single value.
 * @throws DTypeError where a dtype differs from the input's.
 * @throws ArgumentError where an option makes no sense, memory is detached, or `out` overlaps
 * another tensor. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const y = functional.groupNorm(randn([8, 64, 16, 16]), 32, { weight: ones([64]) });
 * ```
 */
export function groupNorm<Input extends TensorLike>(
  input: Input,
  numGroups: number,
  options?: GroupNormFunctionOptions,
): Tensor<DTypeOf<Input>>;
export function groupNorm(
  input: TensorLike,
  numGroups: number,
  options: GroupNormFunctionOptions = {},
): Tensor {
  checkOptions(name, options, groupNormOptions, 'input, numGroups');
  return normalizeSamples(input, readGroupNorm(name, numGroups, options));
}

/** Reads all but the input, each once; `name` is what errors call the function. */
export function readGroupNorm(
  name: string,
  numGroups: number,
  options: GroupNormFunctionOptions,
): ForwardArguments {
  const { weight, bias, eps = 1e-5, out } = options;
  checkEps(name, eps);
  checkNumGroups(name, numGroups);
  const caller = { name, ranks: null, numFeatures: null };
  const arrange: Arrange = (x, affine) => {
    const arranged = arrangeGroups(caller, numGroups, x, affine);
    refuseOneValue(caller, arranged);
    return arranged;
  };
  return { caller, weight, bias, eps, out, arrange };
}
