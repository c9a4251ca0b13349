import { checkBoolean, checkOptions } from '../options';
import type { DType, DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import type { TensorLike } from '../tensor/tensor-like';
import type { Arrange } from './arrange';
import { arrangeInstances } from './arrange-instances';
import { type ChannelArguments, channelGradients } from './channel-gradients';
import { type BackwardArguments, sampleGradients } from './normalize-samples';
import { checkEps } from './options';

export interface InstanceNormBackwardOptions {
  /** The scale of the forward pass, one value per channel; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /**
   * What the forward pass subtracted: a mean of each instance, (N, C), or computed from the input
   * where `invstd` is absent too. With `useInputStats: false` one of each channel, which is needed.
   */
  mean?: Float64Array | TensorLike | null | undefined;
  /** 1 / sqrt(variance + eps), as `mean`. */
  invstd?: Float64Array | TensorLike | null | undefined;
  /** Whether these are the input's own, so that the gradient flows through them; true if absent. */
  useInputStats?: boolean | undefined;
  /** The forward pass's; for `invstd` where that is computed. */
  eps?: number | undefined;
  /** Where to write `gradInput`: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
}

export interface InstanceNormGradients<D extends DType = DType> {
  /** Of the input's shape, dtype and memory format. */
  gradInput: Tensor<D>;
  /** C values of the input's dtype. */
  gradWeight: Tensor<D>;
  /** C values of the input's dtype. */
  gradBias: Tensor<D>;
}

const name = 'instanceNormBackward';

/** The names of {@link InstanceNormBackwardOptions}. */
export const instanceNormBackwardOptions = [
  'weight',
  'mean',
  'invstd',
  'useInputStats',
  'eps',
  'out',
];

/**
 * The gradients of {@link instanceNorm}. With z = (x - mean) * invstd, g = gradOutput * weight, and
 * mean() over an instance:
 *
 *     gradWeight = sum(gradOutput * z)     over each channel of all samples
 *     gradBias   = sum(gradOutput)         over each channel of all samples
 *     gradInput  = (g - mean(g) - z * mean(g * z)) * invstd
 *     gradInput  = g * invstd                                  (with useInputStats: false)
 *
 * Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022.
 *
 * @param gradOutput Of the input's shape and dtype; of another memory format it is copied.
 * @param input The input of the forward pass, (N, C, ...).
 * @throws ShapeError, DTypeError or ArgumentError as {@link instanceNorm} does, and ArgumentError
 * for one of mean and invstd without the other. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const x = randn([8, 3, 32, 32]);
 * const { gradInput } = functional.instanceNormBackward(ones(x.shape), x);
 * ```
 */
export function instanceNormBackward<Input extends TensorLike>(
  gradOutput: TensorLike,
  input: Input,
  options?: InstanceNormBackwardOptions,
): InstanceNormGradients<DTypeOf<Input>>;
export function instanceNormBackward(
  gradOutput: TensorLike,
  input: TensorLike,
  options: InstanceNormBackwardOptions = {},
): InstanceNormGradients {
  checkOptions(name, options, instanceNormBackwardOptions, 'gradOutput, input');
  const { useInputStats, given } = readInstanceNormBackward(name, options);
  if (!useInputStats) return channelGradients(gradOutput, input, given);
  return sampleGradients(gradOutput, input, given);
}

/** The arguments of a call of instanceNormBackward but for the tensors. */
export interface InstanceNormBackwardArguments {
  readonly useInputStats: boolean;
  readonly given: BackwardArguments & ChannelArguments;
}

/** Reads each of them once; `name` is what errors call the function. */
export function readInstanceNormBackward(
  name: string,
  options: InstanceNormBackwardOptions,
): InstanceNormBackwardArguments {
  const { weight, mean, invstd, useInputStats = true, eps = 1e-5, out } = options;
  checkBoolean(name, 'useInputStats', useInputStats);
  checkEps(name, eps);
  const caller = { name, ranks: null, numFeatures: null };
  const arrange: Arrange = (x, affine) =>
    arrangeInstances(caller, x, { ...affine, runningMean: null, runningVar: null });
  const given = { caller, weight, mean, invstd, training: false, eps, out, arrange };
  return { useInputStats, given };
}
