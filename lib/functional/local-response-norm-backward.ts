import { checkOptions } from '../options';
import type { DType, DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { optional } from './optional';
import { backwardResponses, type ResponseBackwardCall } from './response-backward';
import { collapseResponses } from './response-forward';
import { type ResponseOptions, readResponseSettings, responseOptions } from './response-settings';

export interface LocalResponseNormBackwardOptions extends ResponseOptions {
  /** Where to write `gradInput`: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
}

export interface LocalResponseNormGradients<D extends DType = DType> {
  /** Of the input's shape, dtype and memory format. */
  gradInput: Tensor<D>;
}

const name = 'localResponseNormBackward';

/** The names of {@link LocalResponseNormBackwardOptions}. */
export const localResponseNormBackwardOptions = [...responseOptions, 'out'];

/**
 * The gradient of {@link localResponseNorm}. With D = k + alpha / size * sum(x^2) of the window of
 * each element, and g = gradOutput / D^beta:
 *
 *     gradInput = g - 2 * alpha * beta / size * x * sum(g * x / D)
 *
 * This sum is that of the channels whose window the element is in. Krizhevsky, Sutskever & Hinton
 * 2012, section 3.3.
 *
 * @param gradOutput Of the input's shape and dtype; of another memory format it is copied.
 * @param input The input of the forward pass, (N, C, L, ...).
 * @param size The forward pass's, as the options are.
 * @throws ShapeError, DTypeError or ArgumentError as {@link localResponseNorm} does. A refused call
 * changes nothing.
 *
 * @example
 * ```ts
 * const x = randn([8, 96, 27, 27]);
 * const { gradInput } = functional.localResponseNormBackward(ones(x.shape), x, 5);
 * ```
 */
export function localResponseNormBackward<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  size: number,
  options?: LocalResponseNormBackwardOptions,
): LocalResponseNormGradients<DTypeOf<Input>>;
export function localResponseNormBackward(
  gradOutput: TensorLike,
  input: TensorLike,
  size: number,
  options: LocalResponseNormBackwardOptions = {},
): LocalResponseNormGradients {
  checkOptions(name, options, localResponseNormBackwardOptions, 'gradOutput, input, size');
  const call = readLocalResponseNormBackward(name, gradOutput, input, size, options);
  return { gradInput: backwardResponses(call) };
}

/** Checks the input alone; `name` is what errors call the function. */
export function readLocalResponseNormBackward(
  name: string,
  gradOutput: TensorLike,
  input: TensorLike,
  size: number,
  options: LocalResponseNormBackwardOptions,
): ResponseBackwardCall {
  const settings = readResponseSettings(name, size, options);
  const dy = asTensor(gradOutput, 'gradOutput', name);
  const x = asTensor(input, 'input', name);
  const out = optional(options.out, 'out', name);
  return { name, gradOutput: dy, input: x, collapsed: collapseResponses(name, x), settings, out };
}
