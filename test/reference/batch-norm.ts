import type { Tensor } from 'batchnorm';
import { channelsOf, inLogicalOrder } from './channels';
import { sum } from './sum';

/** What the layers compute, in plain float64 and channel by channel; slow and easy to check. */

export interface Affine {
  weight?: ArrayLike<number> | undefined;
  bias?: ArrayLike<number> | undefined;
}

export interface Moments {
  count: number;
  mean: number[];
  /** Biased. */
  variance: number[];
}

export function moments(input: Tensor): Moments {
  const channels = channelsOf(input);
  const count = channels[0]?.length ?? 0;
  const mean = channels.map((values) => sum(values) / count);
  const variance = channels.map(
    (values, c) => sum(values.map((x) => (x - (mean[c] as number)) ** 2)) / count,
  );
  return { count, mean, variance };
}

/** y = (x - mean) / sqrt(variance + eps) * weight + bias, in logical order. */
export function normalize(
  input: Tensor,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
  eps: number,
  { weight, bias }: Affine = {},
): number[] {
  const channels = channelsOf(input).map((values, c) => {
    const std = Math.sqrt((variance[c] as number) + eps);
    return values.map(
      (x) => ((x - (mean[c] as number)) / std) * (weight?.[c] ?? 1) + (bias?.[c] ?? 0),
    );
  });
  return inLogicalOrder(channels, input);
}

/** running = (1 - momentum) * running + momentum * batch. */
export function update(
  running: ArrayLike<number>,
  batch: ArrayLike<number>,
  momentum: number,
): number[] {
  return Array.from(running, (r, c) => (1 - momentum) * r + momentum * (batch[c] as number));
}

export function unbiased({ count, variance }: Moments): number[] {
  return variance.map((v) => (v * count) / (count - 1));
}

export interface Gradients {
  /** In logical order. */
  input: number[];
  weight: number[];
  bias: number[];
}

export function gradients(
  gradOutput: Tensor,
  input: Tensor,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
  eps: number,
  training: boolean,
  weight?: ArrayLike<number>,
): Gradients {
  const outputs = channelsOf(gradOutput);
  const gradWeight: number[] = [];
  const gradBias: number[] = [];
  const channels = channelsOf(input).map((values, c) => {
    const dy = outputs[c] as number[];
    const n = values.length;
    const deviations = values.map((x) => x - (mean[c] as number));
    const invstd = 1 / Math.sqrt((variance[c] as number) + eps);
    const dot = sum(deviations.map((d, i) => d * (dy[i] as number)));
    const total = sum(dy);
    gradWeight.push(dot * invstd);
    gradBias.push(total);
    return deviations.map((d, i) => {
      const through = training ? total / n + (d * dot * invstd ** 2) / n : 0;
      return ((dy[i] as number) - through) * invstd * (weight?.[c] ?? 1);
    });
  });
  return { input: inLogicalOrder(channels, input), weight: gradWeight, bias: gradBias };
}
