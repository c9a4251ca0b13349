import { type Borrowed, borrow, deliverIn } from '../../async/borrow';
import { refuseAborted } from '../../async/signal';
import type { FloatArray } from '../../tensor/dtype';
import { formatsAgree, type MemoryFormat } from '../../tensor/memory-format';
import { isShared } from '../../tensor/shared';
import { Tensor } from '../../tensor/tensor';
import { allocateUninitialized } from '../../tensor/uninitialized';

interface BackwardTensors {
  readonly gradOutput: Tensor;
  readonly input: Tensor;
  /** How the kernels are to find them. */
  readonly memoryFormat: MemoryFormat;
  /** That of the gradient; `memoryFormat` unless told. */
  readonly outputFormat?: MemoryFormat;
  readonly out: Tensor | null;
}

/** Runs a backward pass off the event loop, in memory that nobody can take away. */
export async function gradInputOf(
  caller: string,
  { gradOutput, input, memoryFormat, outputFormat = memoryFormat, out }: BackwardTensors,
  signal: AbortSignal | null,
  backward: (dy: FloatArray, x: FloatArray, dx: FloatArray) => Promise<void>,
): Promise<Tensor> {
  const rearranges = outputFormat !== memoryFormat && !formatsAgree(input.shape);
  const dy = await borrow(caller, 'gradOutput', gradOutput, memoryFormat, signal);
  const x = await borrow(caller, 'input', input, memoryFormat, signal);
  // What is to be rearranged takes the place of the input's copy.
  const dx = rearranges ? x.data : targetOf(out, dy, input);
  if (input.size > 0) await backward(dy.data, x.data, dx);
  refuseAborted(signal);
  const made = new Tensor(dx, input.shape, rearranges ? memoryFormat : outputFormat);
  return deliverIn(outputFormat, caller, made, out, signal);
}

/** Where the kernels are to write; the gradient of the output may be written over. */
function targetOf(out: Tensor | null, dy: Borrowed, { dtype, size }: Tensor): FloatArray {
  const data = out?.data;
  if (data !== undefined && isShared(data)) return data;
  return dy.isCopy ? dy.data : allocateUninitialized(dtype, size);
}
