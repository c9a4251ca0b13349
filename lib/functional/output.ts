import { ArgumentError, DTypeError, ShapeError } from '../errors';
import type { FloatArray } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import type { MemoryFormat } from '../tensor/memory-format';
import type { Tensor } from '../tensor/tensor';
import type { Described } from './described';
import { checkShapeLike, liesIn } from './like-input';
import { coincides, overlaps } from './overlap';
import type { Affine, Running } from './parameters';

/** Refuses an output, which errors call `name`, that cannot hold the result for `input`. */
export function checkOutput(caller: string, name: string, out: Tensor, input: Described): void {
  checkShapeLike(caller, name, out, input);
  if (out.dtype !== input.dtype) {
    throw new DTypeError(
      `${caller}: ${name} should have the input's dtype ${input.dtype}, got ${out.dtype}`,
    );
  }
  if (!liesIn(out, input.memoryFormat)) {
    throw new ShapeError(
      `${caller}: ${name} should have the result's memory format ${input.memoryFormat}, ` +
        `got ${out.memoryFormat}`,
    );
  }
  requireMemory(caller, name, out.data, out.size);
}

/** Refuses an output that shares memory with another tensor of the call. */
export function refuseOverlap(
  caller: string,
  name: string,
  out: FloatArray,
  otherName: string,
  other: FloatArray | undefined,
): void {
  if (other !== undefined && overlaps(out, other)) {
    throw new ArgumentError(`${caller}: ${name} shares memory with ${otherName}`);
  }
}

/** Refuses an output that shares memory with what a layer holds. */
export function refuseParameterOverlap(
  caller: string,
  out: Tensor,
  { weight, bias, runningMean, runningVar }: Affine & Partial<Running>,
): void {
  refuseOverlap(caller, 'out', out.data, 'weight', weight?.data);
  refuseOverlap(caller, 'out', out.data, 'bias', bias?.data);
  refuseOverlap(caller, 'out', out.data, 'running_mean', runningMean?.data);
  refuseOverlap(caller, 'out', out.data, 'running_var', runningVar?.data);
}

/**
 * Checks the output of a forward pass. It may be the input or the residual, where that is read as it
 * lies; where it has to be copied into another order first, the input may not be written over.
 */
export function checkForwardOutput(caller: string, out: Tensor, call: ForwardSources): void {
  const { input, memoryFormat, residual } = call;
  checkOutput(caller, 'out', out, asIn(input, memoryFormat));
  if (liesIn(input, memoryFormat)) {
    refusePartialOverlap(caller, 'out', out.data, 'input', input.data);
  }
  if (residual !== null && liesIn(residual, memoryFormat)) {
    refusePartialOverlap(caller, 'out', out.data, 'residual', residual.data);
  }
  refuseParameterOverlap(caller, out, call);
  if (!liesIn(input, memoryFormat)) {
    refuseOverlap(caller, 'out', out.data, 'input, which is channels last', input.data);
  }
}

/** What a forward pass reads. */
interface ForwardSources extends Affine, Partial<Running> {
  readonly input: Tensor;
  /** The order in which it is read. */
  readonly memoryFormat: MemoryFormat;
  readonly residual: Tensor | null;
}

/** An input as it is read in this memory format; its elements where they lie now. */
export function asIn(input: Tensor, memoryFormat: MemoryFormat): Described {
  if (input.memoryFormat === memoryFormat) return input;
  const { shape, dtype, size, data } = input;
  return { shape, dtype, memoryFormat, size, data };
}

/** Refuses an output of gradients that shares memory with what a backward pass reads. */
export function checkGradientOutput(
  caller: string,
  name: string,
  out: Tensor,
  read: GradientSources,
): void {
  checkOutput(caller, name, out, read.input);
  if (liesIn(read.gradOutput, read.input.memoryFormat)) {
    refusePartialOverlap(caller, name, out.data, 'gradOutput', read.gradOutput.data);
  }
  refuseOverlap(caller, name, out.data, 'the input of the forward pass', read.input.data);
  refuseOverlap(caller, name, out.data, 'weight', read.weight?.data);
  refuseOverlap(caller, name, out.data, 'mean', read.mean);
  refuseOverlap(caller, name, out.data, 'invstd', read.invstd);
}

/** What a backward pass reads; `gradOutput` alone may be written over, where it is read as it lies. */
export interface GradientSources {
  readonly gradOutput: Tensor;
  readonly input: Described;
  readonly weight: Tensor | null;
  readonly mean: Float64Array | undefined;
  readonly invstd: Float64Array | undefined;
}

/** Refuses an output that shares a part of its memory; the very same elements are fine. */
export function refusePartialOverlap(
  caller: string,
  name: string,
  out: FloatArray,
  otherName: string,
  other: FloatArray,
): void {
  if (overlaps(out, other) && !coincides(out, other)) {
    throw new ArgumentError(
      `${caller}: ${name} shares a part of its memory with ${otherName}: ` +
        'use the same elements or others',
    );
  }
}
