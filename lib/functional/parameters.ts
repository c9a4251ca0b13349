import { ArgumentError, DTypeError, ShapeError } from '../errors';
import type { DType } from '../tensor/dtype';
import { memoryGone } from '../tensor/memory';
import { formatShape, sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';

/** The tensors of one value per channel that a call takes; null where absent. */
export interface Parameters {
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
}

/** Checks that each parameter has the input's channels and dtype, and its memory still. */
export function checkParameters(caller: Caller, parameters: Parameters, input: Tensor): void {
  checkParameter(caller, 'running_mean', parameters.runningMean, input);
  checkParameter(caller, 'running_var', parameters.runningVar, input);
  checkParameter(caller, 'weight', parameters.weight, input);
  checkParameter(caller, 'bias', parameters.bias, input);
  // Reached by a layer without any parameter only: the others have named the parameter above.
  if (caller.numFeatures !== null && caller.numFeatures !== input.shape[1]) {
    throw new ShapeError(
      `${caller.name}: expected ${caller.numFeatures} channels, got ${input.shape[1]}: ` +
        channels(caller, input),
    );
  }
}

export function checkParameter(
  caller: Caller,
  name: string,
  parameter: Tensor | null,
  input: Tensor,
): void {
  if (parameter === null) return;
  if (parameter.data.length !== input.shape[1]) {
    throw wrongLength(caller, name, parameter, input);
  }
  if (parameter.dtype !== input.dtype) {
    throw wrongDType(caller, name, parameter.dtype, input.dtype);
  }
}

function wrongLength(
  caller: Caller,
  name: string,
  parameter: Tensor,
  input: Tensor,
): ShapeError | ArgumentError {
  const elements = sizeOf(parameter.shape);
  if (elements !== parameter.data.length) {
    return new ArgumentError(`${caller.name}: ${memoryGone(name, parameter.data, elements)}`);
  }
  return new ShapeError(
    `${caller.name}: ${name} should contain ${input.shape[1]} elements not ${elements}: ` +
      channels(caller, input),
  );
}

function channels(caller: Caller, input: Tensor): string {
  const layer = caller.numFeatures === null ? '' : `numFeatures is ${caller.numFeatures}, but `;
  return `${layer}the input has ${input.shape[1]} channels, its shape is ${formatShape(input.shape)}`;
}

function wrongDType(caller: Caller, name: string, found: DType, expected: DType): DTypeError {
  const layer = caller.numFeatures === null ? '' : `, or make the layer with dtype: '${expected}'`;
  return new DTypeError(
    `${caller.name}: expected scalar type ${expected} but found ${found}: the input is ` +
      `${expected} and ${name} is ${found}. Convert one with to({ dtype })${layer}`,
  );
}
