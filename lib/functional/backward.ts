import { ArgumentError } from '../errors';
import { type Activation, type Native, native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import type { Tensor } from '../tensor/tensor';
import type { Caller } from './caller';
import { type Collapsed, collapse } from './collapse';
import type { Described } from './described';
import { checkLikeInput, inFormat } from './like-input';
import { checkGradientOutput, refuseOverlap } from './output';
import { checkParameter } from './parameters';
import { checkStatistic } from './statistic';
import { checkStatus } from './status';
import type { Taker } from './taker';

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
  const { input, gradWeight, gradBias } = call;
  const collapsed = checkBackward(call);
  const gradOutput = inFormat(call.gradOutput, input.memoryFormat);
  const gradInput = call.out ?? emptyLike(input);
  const gradResidual = call.hadResidual ? (call.outResidual ?? emptyLike(input)) : null;
  if (input.size === 0) {
    gradWeight.fill(0);
    gradBias.fill(0);
    return { gradInput, gradResidual };
  }
  const status = giveBackward(
    native.batchNormBackward,
    call,
    collapsed,
    gradOutput.data,
    input.data ?? null,
    gradInput.data,
    gradResidual === null ? null : gradResidual.data,
  );
  checkStatus(call.caller.name, status);
  return { gradInput, gradResidual };
}

/** Throws what {@link backward} has against a call. */
export function checkBackward(call: BackwardCall): Collapsed {
  const { caller, input } = call;
  const { name } = caller;
  const collapsed = collapse(caller, input);
  const { c } = collapsed;
  if (input.data !== undefined) requireMemory(name, 'input', input.data, input.size);
  checkParameter(caller, 'weight', call.weight, input, c);
  const perChannel = 'one for each channel of the input';
  checkStatistic(name, 'mean', call.mean, c, perChannel, input.shape);
  checkStatistic(name, 'invstd', call.invstd, c, perChannel, input.shape);
  checkLikeInput(name, 'gradOutput', call.gradOutput, input);
  if (call.out !== null) checkGradientOutput(name, 'out', call.out, call);
  if (call.outResidual !== null) checkOutResidual(call, call.outResidual);
  return collapsed;
}

/** Gives `take` what the addon takes, in its order. */
export function giveBackward<Result>(
  take: Taker<Native['batchNormBackward'], Result>,
  call: BackwardCall,
  { n, c, s, channelsLast }: Collapsed,
  gradOutput: FloatArray,
  x: FloatArray | null,
  gradInput: FloatArray,
  gradResidual: FloatArray | null,
): Result {
  const { weight } = call;
  return take(
    gradOutput,
    x,
    gradInput,
    n,
    c,
    s,
    channelsLast,
    weight === null ? null : weight.data,
    call.mean,
    call.invstd,
    call.training,
    call.gradWeight,
    call.gradBias,
    gradResidual,
    call.activation,
    call.negativeSlope,
    call.mask,
  );
}

function checkOutResidual(call: BackwardCall, outResidual: Tensor): void {
  const { name } = call.caller;
  if (!call.hadResidual) {
    throw new ArgumentError(
      `${name}: outResidual is for the gradient of a residual, and the forward pass had none: ` +
        'pass residual to forward, or no outResidual',
    );
  }
  checkGradientOutput(name, 'outResidual', outResidual, call);
  refuseOverlap(name, 'outResidual', outResidual.data, 'out', call.out?.data);
}
