import type { Tensor } from '@tensorflow/tfjs-core';
import { startBackend } from '../../lib/study/backend';
import { classes, type Digits } from '../../lib/study/digits';
import { compareStatistics, test as evaluate } from '../../lib/study/evaluation';
import { initialWeights } from '../../lib/study/initial-weights';
import { Network } from '../../lib/study/network';
import type { PostedTensor } from '../../lib/study/network-state';
import { imagesOf } from '../../lib/study/pixels';

beforeAll(startBackend);

const pixels = 9;
const sizes = [pixels, 4, 3, classes];
// More than are computed at a time.
const count = 501;
const digits: Digits = {
  count,
  pixels,
  images: Uint8Array.from({ length: count * pixels }, (_, i) => (i * 37 + (i >> 5)) % 256),
  labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
};
const everything = Uint32Array.from({ length: count }, (_, i) => i);

function makeNetwork(isNormalized: boolean): Network {
  const batchNorm = isNormalized ? { momentum: 0.1, eps: 1e-5 } : null;
  return new Network({ sizes, weights: initialWeights(sizes, 1, 2), batchNorm, learningRate: 0.1 });
}

test('accuracy and percentiles are those of all digits at once', () => {
  const network = makeNetwork(false);
  const { logits, sigmoidInputs } = network.evaluate(imagesOf(digits, everything));
  const guesses = (logits.arraySync() as number[][]).map((row) => row.indexOf(Math.max(...row)));
  const correct = guesses.filter((guess, i) => guess === digits.labels[i]).length;
  const [last] = sigmoidInputs.slice(-1) as [Tensor];
  const inputs = (last.arraySync() as number[][]).map(([first]) => first as number);
  inputs.sort((a, b) => a - b);
  const { accuracy, percentiles } = evaluate(network, digits) ?? {};
  expect(accuracy).toBe(correct / count);
  // 501 values: their percentiles are values themselves.
  expect(percentiles).toEqual([75, 250, 425].map((i) => inputs[i]));
});

test('the distance of running statistics is measured in deviations, and in shares of the variance', () => {
  const network = makeNetwork(true);
  const [first] = network.norms;
  const [sums] = network.evaluate(imagesOf(digits, everything)).sums;
  const rows = sums?.arraySync() as number[][];
  for (let c = 0; c < 4; c++) {
    const column = rows.map((row) => row[c] as number);
    const mean = column.reduce((sum, value) => sum + value) / count;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    // One of four channels is off, by 2 deviations and by 3 times its variance.
    (first?.runningMean?.data as Float32Array)[c] = mean + (c === 1 ? 2 * Math.sqrt(variance) : 0);
    (first?.runningVar?.data as Float32Array)[c] = variance * (c === 1 ? 4 : 1);
  }
  const [distance] = compareStatistics(network, digits);
  // Root mean squares of (0, 2, 0, 0) and (0, 3, 0, 0); the running ones are float32.
  expect(distance?.mean).toBeCloseTo(1, 5);
  expect(distance?.variance).toBeCloseTo(1.5, 5);
});

test('a network that is no longer finite has no accuracy', () => {
  const network = makeNetwork(false);
  const state = network.state();
  const moved = (key: string, value: number) => {
    const { data, shape } = state[key] as PostedTensor;
    network.loadState({ ...state, [key]: { data: data.map(() => value), shape } });
    return evaluate(network, digits);
  };
  expect(moved('4.bias', Number.NaN)).toBeNull();
  expect(moved('4.bias', Number.POSITIVE_INFINITY)).toBeNull();
  // The last units are then 1, and the outputs finite.
  expect(moved('2.bias', Number.POSITIVE_INFINITY)).toBeNull();
  expect(moved('2.bias', 1e30)).not.toBeNull();
});

test('a constant channel has no part in the distance, one that is not finite has', () => {
  const network = makeNetwork(true);
  const [first] = network.norms;
  const state = network.state();
  const { data, shape } = state['0.weight'] as PostedTensor;
  // The weights of the first unit, whose sums are then 0.
  const without = { data: data.map((value, i) => (i < pixels ? 0 : value)), shape };
  const distance = () => compareStatistics(network, digits)[0];
  (first?.runningMean?.data as Float32Array)[0] = 5;
  const before = distance();
  network.loadState({ ...network.state(), '0.weight': without });
  expect(distance()?.mean).toBeLessThan(before?.mean as number);
  (first?.runningVar?.data as Float32Array)[1] = Number.POSITIVE_INFINITY;
  expect(distance()?.variance).toBeNull();
});

test('without batch norm there is nothing to compare', () => {
  expect(compareStatistics(makeNetwork(false), digits)).toEqual([]);
});
