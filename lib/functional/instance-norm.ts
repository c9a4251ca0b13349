import { checkBoolean, checkOptions } from '../options';
import type { DTypeOf } from '../tensor/dtype';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { forwardInstances, type InstanceForwardCall } from './instance-norm-forward';
import { optional } from './optional';
import { checkEps, checkMomentum } from './options';
import { newStatistics } from './statistics';

export interface InstanceNormFunctionOptions {
  /** C values of the input's dtype; goes with `runningVar`. */
  runningMean?: TensorLike | null | undefined;
  /** C values of the input's dtype; goes with `runningMean`. */
  runningVar?: TensorLike | null | undefined;
  /** Scale, one value per channel; 1 when absent. */
  weight?: TensorLike | null | undefined;
  /** Shift, one value per channel; 0 when absent. */
  bias?: TensorLike | null | undefined;
  /** Whether to normalize with the input's statistics and update the running ones; true if absent. */
  useInputStats?: boolean | undefined;
  /** Weight of the new value in the running statistics; any finite number. */
  momentum?: number | undefined;
  /** Added to the variance; a finite number >= 0. */
  eps?: number | undefined;
  /** Where to write the output: the input itself, or memory that nothing else shares. */
  out?: TensorLike | null | undefined;
}

const name = 'instanceNorm';

/** The names of {@link InstanceNormFunctionOptions}. */
export const instanceNormOptions = [
  'runningMean',
  'runningVar',
  'weight',
  'bias',
  'useInputStats',
  'momentum',
  'eps',
  'out',
];

/**
 * Instance normalization of (N, C, ...), as PyTorch's `F.instance_norm`.
 *
 *     y = (x - mean) / sqrt(variance + eps) * weight + bias
 *
 * mean and (biased) variance are those of one channel of one sample. The running statistics, where
 * there are any, are updated in place with the mean over the samples of these (variance unbiased):
 * `running = (1 - momentum) * running + momentum * mean`; with `useInputStats: false` they are what
 * normalizes. Ulyanov, Vedaldi & Lempitsky 2016, arXiv:1607.08022.
 *
 * @param input (N, C, ...), float32 or float64, of either memory format.
 * @returns `out`, or a new tensor of the input's shape, dtype and memory format.
 * @throws ShapeError where a shape or a number of channels does not fit, and for one value per
 * instance where the input's statistics are used.
 * @throws DTypeError where a dtype differs from the input's.
 * @throws ArgumentError where an option makes no sense, running statistics are missing, memory
 * is detached, or `out` overlaps another tensor. A refused call changes nothing.
 *
 * @example
 * ```ts
 * const y = functional.instanceNorm(randn([8, 3, 32, 32]), { eps: 1e-3 });
 * ```
 */
export function instanceNorm<Input extends TensorLike>(
  input: Input,
  options?: InstanceNormFunctionOptions,
): Tensor<DTypeOf<Input>>;
export function instanceNorm(input: TensorLike, options: InstanceNormFunctionOptions = {}): Tensor {
  checkOptions(name, options, instanceNormOptions, 'input');
  const { call, useInputStats, momentum } = readInstanceNorm(name, input, options);
  return forwardInstances(call, useInputStats, momentum, newStatistics);
}

/** The arguments of a call of instanceNorm. */
export interface InstanceNormArguments {
  readonly call: InstanceForwardCall;
  readonly useInputStats: boolean;
  readonly momentum: number;
}

/** Reads each argument once; `name` is what errors call the function. */
export function readInstanceNorm(
  name: string,
  input: TensorLike,
  options: InstanceNormFunctionOptions,
): InstanceNormArguments {
  const {
    runningMean,
    runningVar,
    weight,
    bias,
    useInputStats = true,
    momentum = 0.1,
    eps = 1e-5,
    out,
  } = options;
  checkBoolean(name, 'useInputStats', useInputStats);
  checkMomentum(name, momentum);
  checkEps(name, eps);
  const call = {
    caller: { name, ranks: null, numFeatures: null },
    input: asTensor(input, 'input', name),
    weight: optional(weight, 'weight', name),
    bias: optional(bias, 'bias', name),
    runningMean: optional(runningMean, 'runningMean', name),
    runningVar: optional(runningVar, 'runningVar', name),
    eps,
    kept: null,
    // The last to be read: what reads the others may take memory away.
    out: optional(out, 'out', name),
  };
  return { call, useInputStats, momentum };
}
