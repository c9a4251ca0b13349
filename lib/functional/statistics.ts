import { allocate } from '../tensor/dtype';
import { requireMemory } from '../tensor/memory';
import type { Tensor } from '../tensor/tensor';
import type { Running } from './parameters';

/** One value per channel (or per set of elements that share them) of each: what a forward pass finds out and backward needs. */
export interface Statistics {
  readonly mean: Float64Array;
  /** Biased. */
  readonly variance: Float64Array;
  /** 1 / sqrt(variance + eps). */
  readonly invstd: Float64Array;
}

export function newStatistics(channels: number): Statistics {
  return {
    mean: perChannel(channels),
    variance: perChannel(channels),
    invstd: perChannel(channels),
  };
}

/** Zeros, one per channel. */
export function perChannel(channels: number): Float64Array {
  return allocate('float64', channels) as Float64Array;
}

/** Takes the statistics that eval mode normalized with. */
export function takeRunning(
  statistics: Statistics,
  runningMean: Tensor,
  runningVar: Tensor,
  eps: number,
): void {
  const { mean, variance, invstd } = statistics;
  mean.set(runningMean.data);
  variance.set(runningVar.data);
  for (let c = 0; c < invstd.length; c++) invstd[c] = 1 / Math.sqrt((variance[c] as number) + eps);
}

/** Refuses running statistics whose memory is gone. */
export function requireRunning(caller: string, { runningMean, runningVar }: Running): void {
  if (runningMean !== null)
    requireMemory(caller, 'running_mean', runningMean.data, runningMean.size);
  if (runningVar !== null) requireMemory(caller, 'running_var', runningVar.data, runningVar.size);
}

/**
 * r = (1 - momentum) * r + momentum * batch, in float64, rounded to the buffer's dtype.
 * `correction` makes the batch's variance unbiased: count / (count - 1), or 1 to leave it.
 */
export function updateRunning(
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  batch: Pick<Statistics, 'mean' | 'variance'>,
  momentum: number,
  correction: number,
): void {
  if (runningMean !== null) blend(runningMean, batch.mean, momentum, 1);
  if (runningVar !== null) blend(runningVar, batch.variance, momentum, correction);
}

function blend(running: Tensor, batch: Float64Array, momentum: number, factor: number): void {
  const { data } = running;
  for (let c = 0; c < data.length; c++) {
    data[c] = (1 - momentum) * (data[c] as number) + momentum * ((batch[c] as number) * factor);
  }
}
