import { Activation, type Native, native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { FloatArray } from '../tensor/dtype';
import { changeFormat } from '../tensor/memory-format';
import type { Tensor } from '../tensor/tensor';
import { type Arranged, isRearranged } from './arranged';
import type { Caller } from './caller';
import type { Keeper } from './keeper';
import { inFormat } from './like-input';
import { machineEpsilon } from './options';
import { checkForwardOutput } from './output';
import type { Affine, Running } from './parameters';
import type { Statistics } from './statistics';
import { checkStatus } from './status';
import type { Taker } from './taker';

/**
 * A forward pass that normalizes each sample by itself; all but `out` is checked, which may share
 * no memory with the running statistics either, where the caller has some.
 */
export interface SampleForwardCall extends Affine, Partial<Running> {
  readonly caller: Caller;
  readonly arranged: Arranged;
  /** null stands for the machine epsilon of the input's dtype. */
  readonly eps: number | null;
  readonly out: Tensor | null;
  /** Takes what backward needs; null where none is to come. */
  readonly kept: Keeper | null;
}

/**
 * Normalizes each set of elements with its own statistics, which it writes to `statistics`: one of
 * each set. Throws before it changes anything.
 */
export function forwardSamples(call: SampleForwardCall, statistics: Statistics): Tensor {
  const { arranged, kept } = call;
  const { memoryFormat, outputFormat } = arranged;
  checkSampleOutput(call);
  const input = inFormat(arranged.input, outputFormat);
  const output = call.out ?? emptyLike(input);
  const read = kept === null ? input : kept.start(input, output, Activation.none);
  if (input.size > 0) {
    const x = inFormat(read, memoryFormat);
    // A copy of the input, in another order, becomes the output.
    const y = isRearranged(arranged) ? x : output;
    const status = giveSamples(
      native.groupNormForward,
      call,
      arranged,
      x.data,
      y.data,
      call.eps ?? machineEpsilon(input.dtype),
      statistics,
    );
    checkStatus(call.caller.name, status);
    if (y !== output) changeFormat(y.data, output.data, input.shape, outputFormat);
  }
  if (kept !== null) kept.finish(read, statistics, true, false);
  return output;
}

/** Throws what {@link forwardSamples} has against the call's `out`. */
export function checkSampleOutput({
  caller,
  arranged,
  out,
  weight,
  bias,
  runningMean = null,
  runningVar = null,
}: SampleForwardCall): void {
  if (out === null) return;
  const { input, outputFormat: memoryFormat } = arranged;
  const read = { input, memoryFormat, residual: null, weight, bias, runningMean, runningVar };
  checkForwardOutput(caller.name, out, read);
}

/** Gives `take` what the addon takes, in its order. */
export function giveSamples<Result>(
  take: Taker<Native['groupNormForward'], Result>,
  { weight, bias }: Affine,
  { n, c, s, channelsLast, groups, centered }: Arranged,
  x: FloatArray,
  y: FloatArray,
  eps: number,
  { mean, variance, invstd }: Statistics,
): Result {
  return take(
    x,
    y,
    n,
    c,
    s,
    channelsLast,
    groups,
    centered,
    weight === null ? null : weight.data,
    bias === null ? null : bias.data,
    eps,
    mean,
    variance,
    invstd,
  );
}
