import type { AsyncOptions } from '../async/signal';
import { optional } from '../functional/internal';
import { checkBoolean, checkOptions } from '../options';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type AsyncCall, readCall } from './async/read-call';
import type { Module } from './module';

export interface NormForwardOptions {
  /**
   * Where to write the output: a tensor of the output's shape, dtype and memory format, either the
   * input itself or memory that nothing else here shares.
   */
  out?: TensorLike | null | undefined;
  /** Whether to keep what `backward` needs; `training` unless told. */
  grad?: boolean | undefined;
}

export interface NormBackwardOptions {
  /** Where to write the gradient: `gradOutput` itself, or memory that nothing else here shares. */
  out?: TensorLike | null | undefined;
}

/** What {@link NormForwardOptions} has, and `signal`. */
export interface AsyncNormForwardOptions extends NormForwardOptions, AsyncOptions {}

const forwardOptions = ['out', 'grad'];
const asyncForwardOptions = [...forwardOptions, 'signal'];

/** The arguments of a `forward`, each read once. */
export function readForward(
  name: string,
  input: TensorLike,
  options: NormForwardOptions,
  training: boolean,
): ForwardArguments {
  checkOptions(name, options, forwardOptions);
  return readTensors(name, input, options, training);
}

/** The arguments of a `forwardAsync` that it shares with `forward`. */
function readTensors(
  name: string,
  input: TensorLike,
  options: NormForwardOptions,
  training: boolean,
): ForwardArguments {
  const { out, grad = training } = options;
  // First, since reading what stands for a tensor may run a caller's code.
  const x = asTensor(input, 'input', name);
  const output = optional(out, 'out', name);
  return { x, out: output, grad: checkBoolean(name, 'grad', grad) };
}

/** The arguments of a `forwardAsync` of a module, each read once. */
export function readForwardAsync(
  module: Module,
  name: string,
  input: TensorLike,
  options: AsyncNormForwardOptions,
): AsyncForwardArguments {
  const call = readCall(module, name, options, asyncForwardOptions);
  return { ...call, ...readTensors(name, input, options, call.training) };
}

export interface ForwardArguments {
  readonly x: Tensor;
  readonly out: Tensor | null;
  readonly grad: boolean;
}

export interface AsyncForwardArguments extends ForwardArguments, AsyncCall {}

/** The arguments of a `backward`, each read once. */
export function readBackward(
  name: string,
  gradOutput: TensorLike,
  options: NormBackwardOptions,
): { dy: Tensor; out: Tensor | null } {
  checkOptions(name, options, ['out']);
  const { out } = options;
  const dy = asTensor(gradOutput, 'gradOutput', name);
  return { dy, out: optional(out, 'out', name) };
}
