import { checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { optional } from './optional';
import { collapseResponses, forwardResponses, type ResponseForwardCall } from './response-forward';
import { type ResponseOptions, readResponseSettings, responseOptions } from './response-settings';

export interface LocalResponseNormFunctionOptions extends ResponseOptions {
  /** Where to write the output: the input itself, or memory that nothing else shares. */
  out?: TensorLike | null | undefined;
}

const name = 'localResponseNorm';

/** The names of {@link LocalResponseNormFunctionOptions}. */
export const localResponseNormOptions = [...responseOptions, 'out'];

/**
 * Local response normalization of (N, C, L, ...), as PyTorch's `F.local_response_norm`.
 *
 *     y = x / (k + alpha / size * sum(x^2))^beta
 *
 * The sum is that of the same position in `size` adjacent channels: for channel c from
 * c - floor(size / 2) on, one more before it than after where size is even. It is divided by `size`
 * where channels are missing, too. Sums and roots are in float64. Krizhevsky, Sutskever & Hinton
 * 2012, section 3.3.
 *
 * @param input (N, C, L, ...), float32 or float64, of either memory format.
 * @param size A positive integer, which may be more than there are channels.
 * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
 * @throws ShapeError where the input has less than three dimensions, or `out` does not fit it.
 * @throws DTypeError where `out` has another dtype.
 * @throws ArgumentError where `size` or an option makes no sense, memory is detached, or `out`
 * overlaps a part of the input. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const y = functional.localResponseNorm(randn([8, 96, 27, 27]), 5, { alpha: 1e-4, k: 2 });
 * ```
 */
export function localResponseNorm<Input extends TensorLike>(
  input: Input,
  size: number,
  options?: LocalResponseNormFunctionOptions,
): Tensor<DTypeOf<Input>>;
export function localResponseNorm(
  input: TensorLike,
  size: number,
  options: LocalResponseNormFunctionOptions = {},
): Tensor {
  checkOptions(name, options, localResponseNormOptions, 'input, size');
  return forwardResponses(readLocalResponseNorm(name, input, size, options));
}

/** Checks all but `out`; `name` is what errors call the function. */
export function readLocalResponseNorm(
  name: string,
  input: TensorLike,
  size: number,
  options: LocalResponseNormFunctionOptions,
): ResponseForwardCall {
  const settings = readResponseSettings(name, size, options);
  const x = asTensor(input, 'input', name);
  // The last to be read: what reads the others may take memory away.
  const out = optional(options.out, 'out', name);
  return { name, input: x, collapsed: collapseResponses(name, x), settings, out, kept: null };
}
