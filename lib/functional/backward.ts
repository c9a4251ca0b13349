import { DTypeError, ShapeError } from '../errors';
import { native } from '../native';
import { emptyLike } from '../tensor/creation';
import { requireMemory } from '../tensor/memory';
import { formatShape, sameShape } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';
import { collapse } from './collapse';
import { checkOutput, refuseOverlap, refusePartialOverlap, sameLayout } from './output';
import { checkParameter } from './parameters';
import { checkStatus } from './status';

/** A backward pass, its arguments converted; nothing is checked yet. */
export interface BackwardCall {
  readonly caller: Caller;
  readonly gradOutput: Tensor;
  readonly input: Tensor;
  readonly weight: Tensor | null;
  readonly mean: Float64Array;
  readonly invstd: Float64Array;
  /** Whether mean and invstd are the batch's own. */
  readonly training: boolean;
  readonly out: Tensor | null;
  /** Filled with the gradients of weight and bias. */
  readonly gradWeight: Float64Array;
  readonly gradBias: Float64Array;
}

/** Returns the input's gradient and fills the others. Throws before it changes anything. */
export function backward(call: BackwardCall): Tensor {
  const { caller, input, weight, mean, invstd, gradWeight, gradBias } = call;
  const { n, c, s, channelsLast } = collapse(caller, input);
  requireMemory(caller.name, 'input', input.data, input.size);
  checkParameter(caller, 'weight', weight, input);
  checkStatistic(caller, 'mean', mean, c);
  checkStatistic(caller, 'invstd', invstd, c);
  const gradOutput = checkGradOutput(caller, call.gradOutput, input);
  if (call.out !== null) checkOut(call, call.out, gradOutput);
  const gradInput = call.out ?? emptyLike(input);
  if (input.size === 0) {
    gradWeight.fill(0);
    gradBias.fill(0);
    return gradInput;
  }
  const status = native.batchNormBackward(
    gradOutput.data,
    input.data,
    gradInput.data,
    n,
    c,
    s,
    channelsLast,
    weight === null ? null : weight.data,
    mean,
    invstd,
    call.training,
    gradWeight,
    gradBias,
  );
  checkStatus(caller.name, status);
  return gradInput;
}

function checkStatistic(caller: Caller, name: string, values: Float64Array, channels: number) {
  if (values.length === channels) return;
  throw new ShapeError(
    `${caller.name}: ${name} should contain ${channels} elements not ${values.length}: ` +
      'one for each channel of the input',
  );
}

/** Returns the gradient in the input's memory format, which is a copy where it comes in another. */
function checkGradOutput(caller: Caller, gradOutput: Tensor, input: Tensor): Tensor {
  if (!sameShape(gradOutput.shape, input.shape)) {
    throw new ShapeError(
      `${caller.name}: gradOutput should have the shape of the forward pass ` +
        `${formatShape(input.shape)}, got ${formatShape(gradOutput.shape)}`,
    );
  }
  if (gradOutput.dtype !== input.dtype) {
    throw new DTypeError(
      `${caller.name}: expected scalar type ${input.dtype} but found ${gradOutput.dtype}: ` +
        `gradOutput should have the input's dtype, convert it with to({ dtype: '${input.dtype}' })`,
    );
  }
  requireMemory(caller.name, 'gradOutput', gradOutput.data, input.data.length);
  if (sameLayout(gradOutput, input)) return gradOutput;
  return gradOutput.to({ memoryFormat: input.memoryFormat });
}

function checkOut(call: BackwardCall, out: Tensor, gradOutput: Tensor): void {
  const { name } = call.caller;
  checkOutput(name, out, call.input);
  refusePartialOverlap(name, out.data, 'gradOutput', gradOutput.data);
  refuseOverlap(name, out.data, 'the input of the forward pass', call.input.data);
  refuseOverlap(name, out.data, 'weight', call.weight?.data);
  refuseOverlap(name, out.data, 'mean', call.mean);
  refuseOverlap(name, out.data, 'invstd', call.invstd);
}
