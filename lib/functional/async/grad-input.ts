import { type Borrowed, borrow, deliver } from '../../async/borrow';
import { refuseAborted } from '../../async/signal';
import type { FloatArray } from '../../tensor/dtype';
import type { MemoryFormat } from '../../tensor/memory-format';
import { isShared } from '../../tensor/shared';
import { Tensor } from '../../tensor/tensor';
import { allocateUninitialized } from '../../tensor/uninitialized';

interface BackwardTensors {
  readonly gradOutput: Tensor;
  readonly input: Tensor;
  readonly memoryFormat: MemoryFormat;
  readonly out: Tensor | null;
}

/** Runs a backward pass off the event loop, in memory that nobody can take away. */
export async function gradInputOf(
  caller: string,
  { gradOutput, input, memoryFormat, out }: BackwardTensors,
  signal: AbortSignal | null,
  backward: (dy: FloatArray, x: FloatArray, dx: FloatArray) => Promise<void>,
): Promise<Tensor> {
  const dy = await borrow(caller, 'gradOutput', gradOutput, memoryFormat, signal);
  const x = await borrow(caller, 'input', input, memoryFormat, signal);
  const dx = targetOf(out, dy, input);
  if (input.size > 0) await backward(dy.data, x.data, dx);
  refuseAborted(signal);
  return out === null
    ? new Tensor(dx, input.shape, memoryFormat)
    : deliver(caller, dx, out, signal);
}

/** Where the kernels are to write; the gradient of the output may be written over. */
function targetOf(out: Tensor | null, dy: Borrowed, { dtype, size }: Tensor): FloatArray {
  const data = out?.data;
  if (data !== undefined && isShared(data)) return data;
  return dy.isCopy ? dy.data : allocateUninitialized(dtype, size);
}
