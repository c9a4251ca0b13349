import { type Borrowed, borrow, copyIn, deliverIn } from '../../async/borrow';
import { run } from '../../async/run';
import { Activation, type Native, type Operation } from '../../native';
import type { FloatArray } from '../../tensor/dtype';
import { formatsAgree, type MemoryFormat } from '../../tensor/memory-format';
import { isShared } from '../../tensor/shared';
import { Tensor } from '../../tensor/tensor';
import { allocateUninitialized } from '../../tensor/uninitialized';
import { maskFor } from '../kept';
import { liesIn } from '../like-input';
import { overlaps } from '../overlap';

/** How a forward pass is to go. */
export interface PassOptions {
  readonly signal: AbortSignal | null;
  /** Whether backward is to come. */
  readonly keeps: boolean;
  /** Whether no other code can reach the input's memory, or comes to see it again. */
  readonly ownsInput: boolean;
}

/** The tensors of a forward pass, which are checked. */
export interface PassTensors {
  readonly caller: string;
  readonly input: Tensor;
  /** How the kernels are to find them. */
  readonly memoryFormat: MemoryFormat;
  /** That of the output; `memoryFormat` unless told. */
  readonly outputFormat?: MemoryFormat;
  readonly residual: Tensor | null;
  readonly out: Tensor | null;
  readonly activation: Activation;
}

/** What a pass has done, and leaves for backward. */
export interface Passed {
  /** `out` where there is one. */
  readonly output: Tensor;
  /** Whether it was made for this call. */
  readonly isNew: boolean;
  /** The input as backward is to find it. */
  readonly input: Tensor;
  readonly mask: Uint8Array | null;
}

/** What the addon is to work on. */
interface Placed {
  readonly x: FloatArray;
  readonly y: FloatArray;
  readonly residual: FloatArray | null;
}

/** Gives the addon's arguments, in its order. */
type Arguments<K extends Operation> = (
  placed: Placed,
  mask: Uint8Array | null,
) => Parameters<Native[K]>;

/** Runs a forward pass off the event loop, in memory that nobody can take away. */
export async function passOffLoop<K extends Operation>(
  tensors: PassTensors,
  { signal, keeps, ownsInput }: PassOptions,
  operation: K,
  argumentsFor: Arguments<K>,
): Promise<Passed> {
  const { caller, input, memoryFormat, out, outputFormat = memoryFormat } = tensors;
  const rearranges = outputFormat !== memoryFormat && !formatsAgree(input.shape);
  // The output is not to replace what backward needs.
  const keepsCopy = keeps && out !== null && overlaps(input.data, out.data);
  const x = await borrowInput(tensors, keepsCopy && !rearranges, ownsInput, signal);
  const kept = !keepsCopy
    ? input
    : new Tensor(
        rearranges ? await copyIn(caller, 'input', input, outputFormat, signal) : x.data,
        input.shape,
        outputFormat,
      );
  const residual = await borrowResidual(tensors, x, signal);
  const mayReplaceX = x.isCopy ? kept.data !== x.data : ownsInput && !keeps;
  // What is to be rearranged takes the place of the input's copy.
  const y = rearranges ? x.data : outputFor(tensors, x, residual, mayReplaceX);
  const mask = keeps && tensors.activation !== Activation.none ? maskFor(input.size, null) : null;
  if (input.size > 0) {
    const placed = { x: x.data, y, residual: residual === null ? null : residual.data };
    await run(caller, operation, argumentsFor(placed, mask), signal);
  }
  const made = new Tensor(y, input.shape, rearranges ? memoryFormat : outputFormat);
  const output = await deliverIn(outputFormat, caller, made, out, signal);
  return { output, isNew: out === null, input: kept, mask };
}

async function borrowInput(
  { caller, input, memoryFormat }: PassTensors,
  copies: boolean,
  owns: boolean,
  signal: AbortSignal | null,
): Promise<Borrowed> {
  if (copies) {
    return { data: await copyIn(caller, 'input', input, memoryFormat, signal), isCopy: true };
  }
  if (owns && liesIn(input, memoryFormat)) return { data: input.data, isCopy: false };
  return borrow(caller, 'input', input, memoryFormat, signal);
}

async function borrowResidual(
  { caller, input, residual, memoryFormat }: PassTensors,
  x: Borrowed,
  signal: AbortSignal | null,
): Promise<Borrowed | null> {
  if (residual === null) return null;
  const isInput = residual.data === input.data && residual.memoryFormat === input.memoryFormat;
  if (isInput) return { data: x.data, isCopy: false };
  return borrow(caller, 'residual', residual, memoryFormat, signal);
}

/** Where the kernels are to write: `out` itself, or else what needs no more memory. */
function outputFor(
  { input, out }: PassTensors,
  x: Borrowed,
  residual: Borrowed | null,
  mayReplaceX: boolean,
): FloatArray {
  const data = out?.data;
  if (data !== undefined && isShared(data)) return data;
  if (mayReplaceX) return x.data;
  if (residual?.isCopy) return residual.data;
  return allocateUninitialized(input.dtype, input.size);
}
