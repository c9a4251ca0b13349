import type { Tensor } from 'batchnorm';
import { sum } from './sum';

/**
 * What LayerNorm, RMSNorm, GroupNorm and InstanceNorm compute, in plain float64: they differ in which
 * elements share a mean and which share a weight. Elements are counted in logical order.
 */
export interface Sets {
  /** How many means there are. */
  count: number;
  /** The mean that an element takes part in. */
  of(element: number): number;
  /** The weight and bias of an element. */
  parameterOf(element: number): number;
  /** How many weights there are, and as a shape. */
  parameterShape: number[];
  /** Whether the mean is taken off. */
  centered: boolean;
}

/** LayerNorm's and, not centered, RMSNorm's. */
export function rows(shape: readonly number[], normalizedShape: number[], centered = true): Sets {
  const length = product(normalizedShape);
  return {
    count: product(shape) / length,
    of: (element) => Math.floor(element / length),
    parameterOf: (element) => element % length,
    parameterShape: normalizedShape,
    centered,
  };
}

/** BatchNorm's. */
export function channels([, c = 1, ...spatial]: readonly number[]): Sets {
  const s = product(spatial);
  const channel = (element: number) => Math.floor(element / s) % c;
  return { count: c, of: channel, parameterOf: channel, parameterShape: [c], centered: true };
}

/** GroupNorm's and, with as many groups as channels, InstanceNorm's. */
export function groups([n = 1, c = 1, ...spatial]: readonly number[], numGroups = c): Sets {
  const s = product(spatial);
  const channel = (element: number) => Math.floor(element / s) % c;
  return {
    count: n * numGroups,
    of: (element) =>
      Math.floor(element / (c * s)) * numGroups + Math.floor(channel(element) / (c / numGroups)),
    parameterOf: channel,
    parameterShape: [c],
    centered: true,
  };
}

export interface SetMoments {
  mean: number[];
  /** Biased; the mean square where the mean is not taken off. */
  variance: number[];
}

export function momentsOf(input: Tensor, sets: Sets): SetMoments {
  const members = split(valuesOf(input), sets);
  const mean = members.map((values) => (sets.centered ? average(values) : 0));
  const variance = members.map((values, set) =>
    average(values.map((x) => (x - (mean[set] as number)) ** 2)),
  );
  return { mean, variance };
}

/**
 * How much a relative error of a mean is worth in what is normalized with it: the largest ratio of
 * the two, mean and deviation. In float64 a mean rounds like everything else. Sets of one value have
 * it exactly.
 */
export function conditionOf(input: Tensor, sets: Sets): number {
  const { mean, variance } = momentsOf(input, sets);
  const ratios = mean.map((m, set) => Math.abs(m) / Math.sqrt(variance[set] as number));
  return Math.max(1, ...ratios.filter(Number.isFinite));
}

interface Affine {
  weight?: ArrayLike<number> | undefined;
  bias?: ArrayLike<number> | undefined;
}

/** y = (x - mean) / sqrt(variance + eps) * weight + bias, in logical order. */
export function normalizeSets(
  input: Tensor,
  sets: Sets,
  eps: number,
  { weight, bias }: Affine = {},
): number[] {
  return normalized(input, sets, eps).map((z, i) => {
    const parameter = sets.parameterOf(i);
    return z * (weight?.[parameter] ?? 1) + (bias?.[parameter] ?? 0);
  });
}

export interface SetGradients {
  /** In logical order. */
  input: number[];
  /** The largest g * invstd, of which the input's gradient is what the means leave. */
  inputScale: number;
  weight: number[];
  bias: number[];
}

/** gradInput = (g - mean(g) - z * mean(g * z)) * invstd, with g = dy * weight. */
export function gradientsOfSets(
  gradOutput: Tensor,
  input: Tensor,
  sets: Sets,
  eps: number,
  weight?: ArrayLike<number>,
): SetGradients {
  const dy = valuesOf(gradOutput);
  const z = normalized(input, sets, eps);
  const g = dy.map((value, i) => value * (weight?.[sets.parameterOf(i)] ?? 1));
  const invstd = momentsOf(input, sets).variance.map((v) => 1 / Math.sqrt(v + eps));
  const meanOfG = split(g, sets).map((values) => (sets.centered ? average(values) : 0));
  const meanOfGZ = split(times(g, z), sets).map(average);
  return {
    input: g.map((value, i) => {
      const set = sets.of(i);
      const through = (meanOfG[set] as number) + (z[i] as number) * (meanOfGZ[set] as number);
      return (value - through) * (invstd[set] as number);
    }),
    inputScale: Math.max(...g.map((value, i) => Math.abs(value * (invstd[sets.of(i)] as number)))),
    weight: perParameter(times(dy, z), sets),
    bias: perParameter(dy, sets),
  };
}

/** The elements in logical order. */
export function valuesOf(tensor: Tensor): number[] {
  return Array.from(tensor.to({ memoryFormat: 'contiguous' }).data);
}

function normalized(input: Tensor, sets: Sets, eps: number): number[] {
  const { mean, variance } = momentsOf(input, sets);
  return valuesOf(input).map((x, i) => {
    const set = sets.of(i);
    return (x - (mean[set] as number)) / Math.sqrt((variance[set] as number) + eps);
  });
}

function perParameter(values: number[], sets: Sets): number[] {
  const members: number[][] = Array.from({ length: product(sets.parameterShape) }, () => []);
  values.forEach((value, i) => {
    members[sets.parameterOf(i)]?.push(value);
  });
  return members.map(sum);
}

function split(values: number[], sets: Sets): number[][] {
  const members: number[][] = Array.from({ length: sets.count }, () => []);
  values.forEach((value, i) => {
    members[sets.of(i)]?.push(value);
  });
  return members;
}

function times(a: number[], b: number[]): number[] {
  return a.map((value, i) => value * (b[i] as number));
}

function average(values: number[]): number {
  return sum(values) / values.length;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
