import { ArgumentError, DTypeError, ShapeError } from '../errors';
import type { DType } from '../tensor/dtype';
import { memoryGone } from '../tensor/memory';
import { formatShape, sameShape, sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';
import { channelsHint } from './channels-hint';
import type { Described } from './described';
import { overlaps } from './overlap';

/** What a layer learns; null where absent. */
export interface Affine {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** The running statistics; null where absent. */
export interface Running {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
}

/** The tensors of one value per channel that a call takes; null where absent. */
export interface Parameters extends Affine, Running {}

/** Checks that each parameter has the input's channels and dtype, and its memory still. */
export function checkParameters(
  caller: Caller,
  parameters: Parameters,
  input: Described,
  channels: number,
): void {
  checkParameter(caller, 'running_mean', parameters.runningMean, input, channels);
  checkParameter(caller, 'running_var', parameters.runningVar, input, channels);
  checkParameter(caller, 'weight', parameters.weight, input, channels);
  checkParameter(caller, 'bias', parameters.bias, input, channels);
  // Reached by a layer without any parameter only: the others have named the parameter above.
  if (caller.numFeatures !== null && caller.numFeatures !== channels) {
    throw new ShapeError(
      `${caller.name}: expected ${caller.numFeatures} channels, got ${channels}: ` +
        sayChannels(caller, input, channels, caller.numFeatures),
    );
  }
}

export function checkParameter(
  caller: Caller,
  name: string,
  parameter: Tensor | null,
  input: Described,
  channels: number,
): void {
  if (parameter === null) return;
  if (parameter.data.length !== channels) {
    const elements = sizeOf(parameter.shape);
    if (elements !== parameter.data.length) throw lostMemory(caller, name, parameter, elements);
    throw new ShapeError(
      `${caller.name}: ${name} should contain ${channels} elements not ${elements}: ` +
        sayChannels(caller, input, channels, elements),
    );
  }
  checkParameterDType(caller, name, parameter, input);
}

/** Checks a parameter that should have this very shape; `expected` says so in PyTorch's words. */
export function checkParameterShape(
  caller: Caller,
  name: string,
  parameter: Tensor | null,
  shape: readonly number[],
  input: Described,
  expected: (found: string) => string,
): void {
  if (parameter === null) return;
  const elements = sizeOf(parameter.shape);
  if (elements !== parameter.data.length) throw lostMemory(caller, name, parameter, elements);
  if (!sameShape(parameter.shape, shape)) {
    const found = `but got ${name} of shape ${formatShape(parameter.shape)}`;
    throw new ShapeError(`${caller.name}: Expected ${name} to be ${expected(found)}`);
  }
  checkParameterDType(caller, name, parameter, input);
}

/** Running statistics are written one after the other: two over the same memory would mix. */
export function refuseSharedBuffers(caller: string, { runningMean, runningVar }: Running): void {
  if (runningMean === null || runningVar === null) return;
  if (overlaps(runningMean.data, runningVar.data)) {
    throw new ArgumentError(`${caller}: running_mean and running_var share memory`);
  }
}

function lostMemory(
  caller: Caller,
  name: string,
  { data }: Tensor,
  elements: number,
): ArgumentError {
  return new ArgumentError(`${caller.name}: ${memoryGone(name, data, elements)}`);
}

/** What an error says of the channels that an input has, which should be `expected`. */
export function sayChannels(
  caller: Caller,
  { shape }: Described,
  channels: number,
  expected: number,
): string {
  const layer = caller.numFeatures === null ? '' : `numFeatures is ${caller.numFeatures}, but `;
  return (
    `${layer}the input has ${channels} channels, its shape is ${formatShape(shape)}` +
    channelsHint(shape, (c) => c === expected, caller.unbatchedRank)
  );
}

function checkParameterDType(
  caller: Caller,
  name: string,
  { dtype }: Tensor,
  input: Described,
): void {
  if (dtype !== input.dtype) throw wrongDType(caller, name, dtype, input.dtype);
}

function wrongDType(caller: Caller, name: string, found: DType, expected: DType): DTypeError {
  const layer = caller.numFeatures === null ? '' : `, or make the layer with dtype: '${expected}'`;
  // As PyTorch says it of either.
  const words =
    expected === 'float32'
      ? 'expect parameter to have scalar type of Float'
      : 'all inputs must share same datatype';
  return new DTypeError(
    `${caller.name}: expected scalar type ${expected} but found ${found}: the input is ` +
      `${expected} and ${name} is ${found}, mixed dtype (CPU): ${words}. Convert one with ` +
      `to({ dtype })${layer}`,
  );
}
