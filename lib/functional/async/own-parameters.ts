import { requireElements } from '../../async/copies';
import { Tensor } from '../../tensor/tensor';
import { allocateUninitialized } from '../../tensor/uninitialized';
import type { Parameters } from '../parameters';
import type { Normalizers } from '../sample-backward';

/** A call with copies of its parameters, as they are now: nobody can take these away. */
export function withOwnParameters<Call extends Partial<Parameters>>(
  caller: string,
  call: Call,
): Call {
  return {
    ...call,
    weight: copyOf(caller, 'weight', call.weight),
    bias: copyOf(caller, 'bias', call.bias),
    runningMean: copyOf(caller, 'running_mean', call.runningMean),
    runningVar: copyOf(caller, 'running_var', call.runningVar),
  };
}

function copyOf(caller: string, name: string, tensor: Tensor | null | undefined): Tensor | null {
  if (tensor === null || tensor === undefined) return null;
  const { data, dtype, shape, size, memoryFormat } = tensor;
  requireElements(caller, { name, data, size });
  const copy = allocateUninitialized(dtype, size);
  if (size > 0) copy.set(data);
  return new Tensor(copy, shape, memoryFormat);
}

/** Copies of the statistics that a forward pass normalized with. */
export function ownStatistics(caller: string, { mean, invstd }: Normalizers): Normalizers {
  return {
    mean: copyOfStatistic(caller, 'mean', mean),
    invstd: copyOfStatistic(caller, 'invstd', invstd),
  };
}

function copyOfStatistic(caller: string, name: string, data: Float64Array): Float64Array {
  // Checked before, but a caller's array may claim a length that it does not have.
  const size = data.length;
  requireElements(caller, { name, data, size });
  // Not slice(), which such an array may have of its own; nor a detached one, even where it is empty.
  return size === 0 ? new Float64Array() : new Float64Array(data);
}
