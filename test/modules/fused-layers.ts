import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions, randn } from 'batchnorm';
import type { Fusion } from '../reference/fusion';

export const fusions: Fusion[] = [
  { activation: null },
  { activation: 'relu' },
  ...[0.01, 0, -0.5, 2].map(
    (negativeSlope): Fusion => ({ activation: 'leakyRelu', negativeSlope }),
  ),
];

const byRank = {
  2: BatchNorm1d,
  3: BatchNorm1d,
  4: BatchNorm2d,
  5: BatchNorm3d,
} as const;

/** A layer for inputs of `shape` whose weights and running statistics are those of a later day. */
export function trainedLayer(shape: readonly number[], options: BatchNormOptions = {}) {
  const channels = shape[1] as number;
  const bn = new byRank[shape.length as keyof typeof byRank](channels, options);
  const { dtype } = bn;
  for (const part of [bn.weight, bn.bias, bn.runningMean, bn.runningVar]) {
    part?.data.set(randn([channels], { dtype }).data);
  }
  bn.runningVar?.data.forEach((value, c, data) => {
    data[c] = value * value + 0.5;
  });
  return bn;
}
