import { argMax, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { RunningMoments, tensor } from '../index';
import type { Digits } from './digits';
import type { Network, Pass } from './network';
import { imagesOf } from './pixels';
import type { StatisticsDistance } from './record';

/** Which unit of the last hidden layer stands for all. */
const typicalUnit = 0;
const shown = [0.15, 0.5, 0.85] as const;
/** Images at a time: enough to keep the processor busy, and few enough to stay in its cache. */
const chunk = 500;

export interface TestResult {
  /** From 0 to 1. */
  readonly accuracy: number;
  readonly percentiles: readonly [number, number, number];
}

/**
 * What a network makes of the test digits, in evaluation mode; null where that is no longer finite:
 * the network diverged.
 */
export function test(network: Network, digits: Digits): TestResult | null {
  let correct = 0;
  let areFinite = true;
  const inputs = new Float32Array(digits.count);
  forEachChunk(network, digits, ({ logits, sigmoidInputs }, first) => {
    areFinite &&= logits.dataSync().every(Number.isFinite);
    for (const [row, digit] of argMax(logits, 1).dataSync().entries()) {
      if (digit === digits.labels[first + row]) correct++;
    }
    const last = sigmoidInputs.at(-1) as Tensor;
    const units = last.shape[1] as number;
    const values = last.dataSync();
    for (let at = typicalUnit, row = first; at < values.length; at += units) {
      inputs[row++] = values[at] as number;
    }
  });
  // A sigmoid's input may overflow where its output does not.
  if (!areFinite || !inputs.every(Number.isFinite)) return null;
  inputs.sort();
  const [low, middle, high] = shown.map((share) => percentile(inputs, share));
  return {
    accuracy: correct / digits.count,
    percentiles: [low as number, middle as number, high as number],
  };
}

/** The running statistics beside those of all of `digits`; one entry for each BatchNorm1d. */
export function compareStatistics(network: Network, digits: Digits): StatisticsDistance[] {
  const { norms } = network;
  const moments = norms.map(({ numFeatures }) => new RunningMoments(numFeatures));
  forEachChunk(network, digits, ({ sums }) => {
    for (const [i, each] of moments.entries()) {
      const sum = sums[i] as Tensor;
      each.update(tensor(sum.dataSync() as Float32Array, sum.shape));
    }
  });
  return norms.map(({ runningMean, runningVar }, i) => {
    const { mean, variance } = moments[i] as RunningMoments;
    // A channel that is constant has no deviation to measure by.
    const channels = [...variance.keys()].filter((c) => variance[c] !== 0);
    const means = channels.map((c) => {
      const difference = (runningMean?.data[c] as number) - (mean[c] as number);
      return difference / Math.sqrt(variance[c] as number);
    });
    const variances = channels.map(
      (c) => (runningVar?.data[c] as number) / (variance[c] as number) - 1,
    );
    return { mean: rootMeanSquare(means), variance: rootMeanSquare(variances) };
  });
}

function forEachChunk(
  network: Network,
  digits: Digits,
  action: (pass: Pass, first: number) => void,
): void {
  for (let first = 0; first < digits.count; first += chunk) {
    const length = Math.min(chunk, digits.count - first);
    const indices = Uint32Array.from({ length }, (_, i) => first + i);
    tidy(() => action(network.evaluate(imagesOf(digits, indices)), first));
  }
}

/** Between the two values of a sorted array that are nearest, as NumPy has it by itself. */
function percentile(sorted: Float32Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}

/** Null where that is no finite number, and of no values. */
function rootMeanSquare(values: readonly number[]): number | null {
  const mean = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return Number.isFinite(mean) ? Math.sqrt(mean) : null;
}
