import { checkBoolean, checkOptions } from '../options';
import type { DType, DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import { type ChannelArguments, channelGradients } from './channel-gradients';

export interface BatchNormBackwardOptions {
  /** The scale of the forward pass, one value per channel; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** The mean that the forward pass subtracted, one value per channel. */
  mean: Float64Array | TensorLike;
  /** 1 / sqrt(variance + eps) of the forward pass, one value per channel. */
  invstd: Float64Array | TensorLike;
  /** Whether mean and invstd are the batch's own, so that the gradient flows through them. */
  training?: boolean | undefined;
  /** Where to write `gradInput`: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
}

export interface BatchNormGradients<D extends DType = DType> {
  /** Of the input's shape, dtype and memory format. */
  gradInput: Tensor<D>;
  /** C values of the input's dtype. */
  gradWeight: Tensor<D>;
  /** C values of the input's dtype. */
  gradBias: Tensor<D>;
}

const name = 'batchNormBackward';

/** The names of {@link BatchNormBackwardOptions}. */
export const batchNormBackwardOptions = ['weight', 'mean', 'invstd', 'training', 'out'];

/**
 * The gradients of {@link batchNorm}. With n values per channel and
 * `dot = sum(gradOutput * (x - mean))`:
 *
 *     gradWeight = dot * invstd
 *     gradBias   = sum(gradOutput)
 *     gradInput  = gradOutput * invstd * weight                          (eval)
 *     gradInput  = (gradOutput - gradBias / n - (x - mean) * dot * invstd^2 / n) * invstd * weight
 *
 * Ioffe & Szegedy 2015, arXiv:1502.03167, section 3.
 *
 * @param gradOutput Of the input's shape and dtype; of another memory format it is copied.
 * @param input The input of the forward pass, (N, C, ...).
 * @throws ShapeError, DTypeError or ArgumentError as {@link batchNorm} does, and ArgumentError
 * without mean or invstd. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const x = tensor([[1, 2], [3, 6]]);
 * const { mean, variance } = functional.moments(x);
 * const invstd = variance.map((v) => 1 / Math.sqrt(v + 1e-5));
 * functional.batchNormBackward(ones([2, 2]), x, { mean, invstd, training: true });
 * ```
 */
export function batchNormBackward<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  options: BatchNormBackwardOptions,
): BatchNormGradients<DTypeOf<Input>>;
export function batchNormBackward(
  gradOutput: TensorLike,
  input: TensorLike,
  options: BatchNormBackwardOptions,
): BatchNormGradients {
  checkOptions(name, options, batchNormBackwardOptions, 'gradOutput, input');
  return channelGradients(gradOutput, input, readBatchNormBackward(name, options));
}

/** Reads all but the tensors, each once; `name` is what errors call the function. */
export function readBatchNormBackward(
  name: string,
  options: BatchNormBackwardOptions,
): ChannelArguments {
  const { weight, mean, invstd, training = false, out } = options;
  checkBoolean(name, 'training', training);
  const caller = { name, ranks: null, numFeatures: null };
  return { caller, weight, mean, invstd, training, out };
}
