import { Activation, native } from '../native';
import { emptyLike } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import type { Arranged } from './arranged';
import type { Caller } from './caller';
import type { Kept } from './kept';
import { machineEpsilon } from './options';
import { checkOutput, refuseOverlap, refuseParameterOverlap, refusePartialOverlap } from './output';
import type { Affine, Running } from './parameters';
import type { Statistics } from './statistics';
import { checkStatus } from './status';

/**
 * A forward pass that normalizes each sample by itself; all but `out` is checked, which may share
 * no memory with the running statistics either, where the caller has some.
 */
export interface SampleForwardCall extends Affine, Partial<Running> {
  readonly caller: Caller;
  /** The input as it was passed. */
  readonly input: Tensor;
  readonly arranged: Arranged;
  /** null stands for the machine epsilon of the input's dtype. */
  readonly eps: number | null;
  readonly out: Tensor | null;
  /** Takes what backward needs; null where none is to come. */
  readonly kept: Kept | null;
}

/**
 * Normalizes each set of elements with its own statistics, which it writes to `statistics`: one of
 * each set. Throws before it changes anything.
 */
export function forwardSamples(call: SampleForwardCall, statistics: Statistics): Tensor {
  const { caller, arranged, weight, bias, kept } = call;
  const { input } = arranged;
  if (call.out !== null) checkOut(call, call.out);
  const output = call.out ?? emptyLike(input);
  const x = kept === null ? input : kept.start(input, output, Activation.none);
  if (input.size > 0) {
    const status = native.groupNormForward(
      x.data,
      output.data,
      arranged.n,
      arranged.c,
      arranged.s,
      arranged.channelsLast,
      arranged.groups,
      arranged.centered,
      weight === null ? null : weight.data,
      bias === null ? null : bias.data,
      call.eps ?? machineEpsilon(input.dtype),
      statistics.mean,
      statistics.variance,
      statistics.invstd,
    );
    checkStatus(caller.name, status);
  }
  if (kept !== null) kept.finish(x, statistics, true, false);
  return output;
}

function checkOut(call: SampleForwardCall, out: Tensor): void {
  const { name } = call.caller;
  const { input } = call.arranged;
  checkOutput(name, 'out', out, input);
  refusePartialOverlap(name, 'out', out.data, 'input', input.data);
  refuseParameterOverlap(name, out, call);
  // A copy was made of an input in another order, which the output would be written over.
  if (input.data !== call.input.data) {
    refuseOverlap(name, 'out', out.data, 'input, which is channels last', call.input.data);
  }
}
