import { native } from '../native';
import { sizeOf } from '../tensor/shape';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import type { Caller } from './caller';
import { collapse } from './collapse';
import { perChannel } from './statistics';
import { checkStatus } from './status';

export interface Moments {
  /** Values per channel. */
  count: number;
  /** The mean of each channel; NaN where there are no values. */
  mean: Float64Array;
  /** The population variance of each channel (biased: divided by `count`). */
  variance: Float64Array;
}

const caller: Caller = { name: 'moments', ranks: null, numFeatures: null };

/**
 * Count, mean and biased variance of each channel of (N, C, ...), in float64 whatever the
 * input's dtype: `mean = sum(x) / count`, `variance = sum((x - mean)^2) / count`. By blocks, which
 * merge by Chan's formula (Chan, Golub & LeVeque 1979, Stanford STAN-CS-79-773), so that nothing
 * cancels. Multiply `variance` by `count / (count - 1)` for the unbiased one.
 *
 * @throws ShapeError where the input has fewer than two axes, DTypeError for another dtype,
 * ArgumentError where its memory is detached.
 *
 * @example
 * ```ts
 * const { count, mean, variance } = functional.moments(tensor([[1, 10], [3, 10]]));
 * // 2, Float64Array [2, 10], Float64Array [1, 0]
 * ```
 */
export function moments(input: TensorLike): Moments {
  const x = asTensor(input, 'input', caller.name);
  const { n, c, s, channelsLast } = collapse(caller, x);
  const mean = perChannel(c);
  const variance = perChannel(c);
  if (x.size === 0) {
    // Not n * s, since s may be beyond all bounds, and 0 times infinity is no number.
    const count = sizeOf([n, ...x.shape.slice(2)]);
    return { count, mean: mean.fill(Number.NaN), variance: variance.fill(Number.NaN) };
  }
  const count = n * s;
  checkStatus(caller.name, native.moments(x.data, n, c, s, channelsLast, mean, variance));
  for (let channel = 0; channel < c; channel++) {
    variance[channel] = (variance[channel] as number) / count;
  }
  return { count, mean, variance };
}
