import { checkBoolean, checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type ActivationName, checkActivation, checkNegativeSlope } from './activation';
import {
  type ForwardCall,
  forwardWithBatchStatistics,
  forwardWithRunningStatistics,
} from './batch-norm-forward';
import { optional } from './optional';
import { checkBatchNormEps, checkMomentum } from './options';
import { refuseSharedBuffers } from './parameters';
import { newStatistics, type Statistics } from './statistics';

export interface BatchNormFunctionOptions {
  /** Scale, one value per channel; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** Shift, one value per channel; 0 when absent. */
  bias?: TensorLike | null | undefined;
  /** Whether to normalize with the batch's statistics, and update the running ones. */
  training?: boolean | undefined;
  /** Weight of the new value in the running statistics; any finite number. */
  momentum?: number | undefined;
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Where to write the output: input or residual itself, or memory that nothing else shares. */
  out?: TensorLike | null | undefined;
  /** false puts the biased variance into `runningVar`, as Keras, ONNX and oneDNN do. */
  unbiasedRunningVar?: boolean | undefined;
  /** What to do with the output in the same pass; nothing when absent. */
  activation?: ActivationName | null | undefined;
  /** leakyRelu's factor for what is below 0, a finite number; 0.01 when absent. */
  negativeSlope?: number | null | undefined;
  /** What to add before the activation: of the input's shape and dtype. */
  residual?: TensorLike | null | undefined;
}

const name = 'batchNorm';

/** The names of {@link BatchNormFunctionOptions}. */
export const batchNormOptions = [
  'weight',
  'bias',
  'training',
  'momentum',
  'eps',
  'out',
  'unbiasedRunningVar',
  'activation',
  'negativeSlope',
  'residual',
];

/**
 * Batch normalization over each channel of (N, C, ...), as PyTorch's `F.batch_norm`.
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias
 *
 * mean and variance are the running ones or, with `training`, those of the batch (variance
 * biased), which then go into the running ones in place:
 * `running = (1 - momentum) * running + momentum * batch` (variance unbiased).
 * Ioffe & Szegedy 2015, arXiv:1502.03167.
 *
 * A `residual` is added to y and the `activation` applied to the sum z in the same pass: relu is
 * `z <= 0 ? 0 : z`, leakyRelu `z > 0 ? z : z * negativeSlope`. {@link batchNormBackward} leaves them
 * to the caller: it takes the gradient of z.
 *
 * @param input (N, C, ...), float32 or float64, of either memory format.
 * @param runningMean C values of the input's dtype; may be null with `training`.
 * @param runningVar C values of the input's dtype; may be null with `training`.
 * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
 * @throws ShapeError where a shape or a number of channels does not fit, and with `training` for
 * one value per channel.
 * @throws DTypeError where a dtype differs from the input's.
 * @throws ArgumentError where an option makes no sense, running statistics are missing, memory
 * is detached, or `out` overlaps another tensor. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const y = functional.batchNorm(randn([8, 3, 4, 4]), zeros([3]), ones([3]), { eps: 1e-3 });
 * ```
 */
export function batchNorm<Input extends TensorLike>(
  input: Input,
  runningMean: TensorLike | null,
  runningVar: TensorLike | null,
  options?: BatchNormFunctionOptions,
): Tensor<DTypeOf<Input>>;
export function batchNorm(
  input: TensorLike,
  runningMean: TensorLike | null,
  runningVar: TensorLike | null,
  options: BatchNormFunctionOptions = {},
): Tensor {
  checkOptions(name, options, batchNormOptions, 'input, runningMean, runningVar');
  const read = readBatchNorm(name, input, runningMean, runningVar, options);
  const { call } = read;
  if (!read.training) return forwardWithRunningStatistics(call);
  const { momentum, unbiasedRunningVar } = read;
  return forwardWithBatchStatistics(call, momentum, unbiasedRunningVar, roomFor(call));
}

/** The arguments of a call of batchNorm. */
export interface BatchNormArguments {
  readonly call: ForwardCall;
  readonly training: boolean;
  readonly momentum: number;
  readonly unbiasedRunningVar: boolean;
}

/** Reads each argument once; `name` is what errors call the function. */
export function readBatchNorm(
  name: string,
  input: TensorLike,
  runningMean: TensorLike | null,
  runningVar: TensorLike | null,
  options: BatchNormFunctionOptions,
): BatchNormArguments {
  const {
    weight,
    bias,
    training = false,
    momentum = 0.1,
    eps = 1e-5,
    out,
    unbiasedRunningVar = true,
    activation = null,
    negativeSlope = null,
    residual,
  } = options;
  checkBoolean(name, 'training', training);
  checkMomentum(name, momentum);
  checkBatchNormEps(name, eps, training);
  checkBoolean(name, 'unbiasedRunningVar', unbiasedRunningVar);
  const applied = checkActivation(name, activation);
  const slope = checkNegativeSlope(name, negativeSlope, applied);
  const x = asTensor(input, 'input', name);
  const call: ForwardCall = {
    caller: { name, ranks: null, numFeatures: null },
    input: x,
    memoryFormat: x.memoryFormat,
    weight: optional(weight, 'weight', name),
    bias: optional(bias, 'bias', name),
    runningMean: optional(runningMean, 'runningMean', name),
    runningVar: optional(runningVar, 'runningVar', name),
    eps,
    residual: optional(residual, 'residual', name),
    activation: applied,
    negativeSlope: slope,
    kept: null,
    // The last to be read: what reads the others may take memory away.
    out: optional(out, 'out', name),
  };
  if (training) refuseSharedBuffers(name, call);
  return { call, training, momentum, unbiasedRunningVar };
}

/** Room for the statistics of a call's batch. */
export function roomFor({ input }: ForwardCall): Statistics {
  // An empty input may have more channels than memory holds.
  return newStatistics(input.size === 0 ? 0 : (input.shape[1] ?? 0));
}
