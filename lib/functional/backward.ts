import { ArgumentError } from '../errors';
import { type Activation, native } from '../native';
import { emptyLike } from '../tensor/creation';
import { requireMemory } from '../tensor/memory';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';
import { collapse } from './collapse';
import type { Described } from './described';
import { likeInput } from './like-input';
import { checkGradientOutput, refuseOverlap } from './output';
import { checkParameter } from './parameters';
import { checkStatistic } from './statistic';
import { checkStatus } from './status';

/** A backward pass, its arguments converted; nothing is checked yet. */
export interface BackwardCall {
  readonly caller: Caller;
  readonly gradOutput: Tensor;
  /** Without elements where nobody needs the gradients of weight and bias; not in training. */
  readonly input: Described;
  readonly weight: Tensor | null;
  readonly mean: Float64Array;
  readonly invstd: Float64Array;
  /** Whether mean and invstd are the batch's own. */
  readonly training: boolean;
  /** Whether the forward pass added a residual. */
  readonly hadResidual: boolean;
  readonly activation: Activation;
  readonly negativeSlope: number;
  /** What the forward pass wrote; null where it has no activation. */
  readonly mask: Uint8Array | null;
  readonly out: Tensor | null;
  readonly outResidual: Tensor | null;
  /** Filled with the gradients of weight and bias where the input's elements are there. */
  readonly gradWeight: Float64Array;
  readonly gradBias: Float64Array;
}

export interface InputGradients {
  readonly gradInput: Tensor;
  /** Null where the forward pass had no residual. */
  readonly gradResidual: Tensor | null;
}

/** Returns the gradients of the inputs and fills the others. Throws before it changes anything. */
export function backward(call: BackwardCall): InputGradients {
  const { caller, input, weight, mean, invstd, gradWeight, gradBias } = call;
  const { n, c, s, channelsLast } = collapse(caller, input);
  const x = input.data ?? null;
  if (x !== null) requireMemory(caller.name, 'input', x, input.size);
  checkParameter(caller, 'weight', weight, input, c);
  const perChannel = 'one for each channel of the input';
  checkStatistic(caller.name, 'mean', mean, c, perChannel);
  checkStatistic(caller.name, 'invstd', invstd, c, perChannel);
  const gradOutput = likeInput(caller.name, 'gradOutput', call.gradOutput, input);
  if (call.out !== null) checkGradientOutput(caller.name, 'out', call.out, { ...call, gradOutput });
  if (call.outResidual !== null) checkOutResidual(call, call.outResidual, gradOutput);
  const gradInput = call.out ?? emptyLike(input);
  const gradResidual = call.hadResidual ? (call.outResidual ?? emptyLike(input)) : null;
  if (input.size === 0) {
    gradWeight.fill(0);
    gradBias.fill(0);
    return { gradInput, gradResidual };
  }
  const status = native.batchNormBackward(
    gradOutput.data,
    x,
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
    gradResidual === null ? null : gradResidual.data,
    call.activation,
    call.negativeSlope,
    call.mask,
  );
  checkStatus(caller.name, status);
  return { gradInput, gradResidual };
}

function checkOutResidual(call: BackwardCall, outResidual: Tensor, gradOutput: Tensor): void {
  const { name } = call.caller;
  if (!call.hadResidual) {
    throw new ArgumentError(
      `${name}: outResidual is for the gradient of a residual, and the forward pass had none: ` +
        'pass residual to forward, or no outResidual',
    );
  }
  checkGradientOutput(name, 'outResidual', outResidual, { ...call, gradOutput });
  refuseOverlap(name, 'outResidual', outResidual.data, 'out', call.out?.data);
}
