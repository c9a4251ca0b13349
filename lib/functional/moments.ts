import { native } from '../native';
import { sizeOf } from '../tensor/shape';
import type { Tensor } from '../tensor/tensor';
import { asTensor, type TensorLike } from '../tensor/tensor-like';
import { type Collapsed, collapse } from './collapse';
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
  const { x, collapsed } = beginMoments('moments', input);
  const { n, c, s, channelsLast } = collapsed;
  const mean = perChannel(c);
  const m2 = perChannel(c);
  if (x.size > 0) {
    checkStatus('moments', native.moments(x.data, n, c, s, channelsLast, mean, m2));
  }
  return momentsOf(x, collapsed, mean, m2);
}

/** The argument, once it is checked; `name` is what errors call the function. */
export function beginMoments(name: string, input: TensorLike): { x: Tensor; collapsed: Collapsed } {
  const x = asTensor(input, 'input', name);
  return { x, collapsed: collapse({ name, ranks: null, numFeatures: null }, x) };
}

/** What the addon has found out; `m2`, sums of squared deviations, becomes the variance. */
export function momentsOf(
  x: Tensor,
  { n, c, s }: Collapsed,
  mean: Float64Array,
  m2: Float64Array,
): Moments {
  if (x.size === 0) {
    // Not n * s, since s may be beyond all bounds, and 0 times infinity is no number.
    const count = sizeOf([n, ...x.shape.slice(2)]);
    return { count, mean: mean.fill(Number.NaN), variance: m2.fill(Number.NaN) };
  }
  const count = n * s;
  for (let channel = 0; channel < c; channel++) m2[channel] = (m2[channel] as number) / count;
  return { count, mean, variance: m2 };
}
