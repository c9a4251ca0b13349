import { formatsAgree, type MemoryFormat } from '../tensor/memory-format';
import type { Tensor } from '../tensor/tensor';
import type { Collapsed } from './collapse';

/**
 * An input as the kernels take it that normalize each sample by itself: the c channels of each of
 * n samples are in groups, and a mean and a variance are those of a group of one sample.
 */
export interface Arranged extends Collapsed {
  /** As it was passed. */
  readonly input: Tensor;
  /** The order of elements that n, c, s and channelsLast count on. */
  readonly memoryFormat: MemoryFormat;
  /** Of the output and of the input's gradient; where it is another one, they are rearranged. */
  readonly outputFormat: MemoryFormat;
  readonly groups: number;
  /** Whether the mean is taken off; where not, it counts as 0 and the variance is mean(x^2). */
  readonly centered: boolean;
  /** Of weight and bias, which have c elements. */
  readonly parameterShape: readonly number[];
}

/** Whether the results are made in another order than they are to have. */
export function isRearranged({ input, memoryFormat, outputFormat }: Arranged): boolean {
  return memoryFormat !== outputFormat && !formatsAgree(input.shape);
}

/** How many means there are; none of an empty input, which may have more than memory holds. */
export function countSets({ input, n, groups }: Arranged): number {
  return input.size === 0 ? 0 : n * groups;
}
