import * as tf from '@tensorflow/tfjs-core';
import { startBackend } from '../../lib/study/backend';
import { crossEntropy } from '../../lib/study/cross-entropy';
import { initialWeights } from '../../lib/study/initial-weights';
import { linear } from '../../lib/study/linear';
import { Network } from '../../lib/study/network';
import type { NetworkState, PostedTensor } from '../../lib/study/network-state';
import { sigmoid } from '../../lib/study/sigmoid';

beforeAll(startBackend);

const sizes = [6, 5, 4, 3];
const batchNorm = { momentum: 0.1, eps: 1e-5 };
const batch = () => tf.tensor2d(noise(8 * 6, 3), [8, 6]);
const targets = () =>
  tf.tensor2d(
    Array.from({ length: 24 }, (_, i) => Number(i % 3 === ((i / 3) | 0) % 3)),
    [8, 3],
  );

/** Values around 0, the same each time. */
function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(seed + 12.9898 * i));
}

function makeNetwork(isNormalized: boolean, learningRate: number): Network {
  // Larger than in the study, for all gradients to be of a size.
  const weights = initialWeights(sizes, 1, 5);
  return new Network({ sizes, weights, batchNorm: isNormalized ? batchNorm : null, learningRate });
}

function train(network: Network): number {
  return tf.tidy(() => network.train(batch(), targets()));
}

/** Every number of a state that is learned, with where it is. */
function learned(state: NetworkState): [key: string, index: number][] {
  return Object.entries(state).flatMap(([key, value]) =>
    /(weight|bias)$/.test(key)
      ? Array.from((value as PostedTensor).data, (_, i): [string, number] => [key, i])
      : [],
  );
}

function moved(state: NetworkState, key: string, index: number, by: number): NetworkState {
  const { data, shape } = state[key] as PostedTensor;
  const changed = data.slice();
  changed[index] = (changed[index] as number) + by;
  return { ...state, [key]: { data: changed, shape } };
}

describe.each([
  ['without batch norm', false],
  ['with batch norm', true],
])('a network %s', (_, isNormalized) => {
  test('descends along the numeric gradient of each parameter', () => {
    const network = makeNetwork(isNormalized, 1);
    const before = network.state();
    train(network);
    const after = network.state();
    const lossOf = (state: NetworkState) => {
      network.loadState(state);
      return train(network);
    };
    const pairs = learned(before).map(([key, index]) => {
      const at = (state: NetworkState) => (state[key] as PostedTensor).data[index] as number;
      const step = 1e-2;
      const rise =
        lossOf(moved(before, key, index, step)) - lossOf(moved(before, key, index, -step));
      return { analytic: at(before) - at(after), numeric: rise / (2 * step) };
    });
    const largest = Math.max(...pairs.map(({ numeric }) => Math.abs(numeric)));
    expect(largest).toBeGreaterThan(0.05);
    // The loss, about 1, has an error of 2^-24 or so, 1e-5 of a slope; a step this long bends by more.
    const apart = pairs.map(({ analytic, numeric }) => Math.abs(analytic - numeric));
    expect(Math.max(...apart)).toBeLessThan(1e-3);
    network.dispose();
  });

  test('leaves no tensor behind', () => {
    const network = makeNetwork(isNormalized, 0.1);
    train(network);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) train(network);
    expect(tf.memory().numTensors).toBe(numTensors);
    network.dispose();
  });

  test('gives a state that another one goes on with, to the same bits', () => {
    const [first, second] = [makeNetwork(isNormalized, 0.5), makeNetwork(isNormalized, 0.5)];
    for (let i = 0; i < 3; i++) train(first);
    second.loadState(first.state());
    expect(train(second)).toBe(train(first));
    expect(second.state()).toEqual(first.state());
    first.dispose();
    second.dispose();
  });
});

test("the state has the keys and shapes of PyTorch's nn.Sequential", () => {
  const shapes = (network: Network) =>
    Object.entries(network.state()).map(([key, value]) => [
      key,
      typeof value === 'number' ? value : value.shape,
    ]);
  expect(shapes(makeNetwork(false, 0.1))).toEqual([
    ['0.weight', [5, 6]],
    ['0.bias', [5]],
    ['2.weight', [4, 5]],
    ['2.bias', [4]],
    ['4.weight', [3, 4]],
    ['4.bias', [3]],
  ]);
  const normalized = makeNetwork(true, 0.1);
  train(normalized);
  expect(shapes(normalized)).toEqual([
    ['0.weight', [5, 6]],
    ...norm('1', 5),
    ['3.weight', [4, 5]],
    ...norm('4', 4),
    ['6.weight', [3, 4]],
    ['6.bias', [3]],
  ]);
});

function norm(prefix: string, units: number): [string, number | number[]][] {
  return [
    [`${prefix}.weight`, [units]],
    [`${prefix}.bias`, [units]],
    [`${prefix}.running_mean`, [units]],
    [`${prefix}.running_var`, [units]],
    [`${prefix}.num_batches_tracked`, 1],
  ];
}

test('both networks begin with the same weights, which the seed alone decides', () => {
  const first = (isNormalized: boolean) =>
    Object.entries(makeNetwork(isNormalized, 0.1).state()).flatMap(([key, value]) =>
      typeof value !== 'number' && value.shape.length === 2 ? [[key.length, ...value.data]] : [],
    );
  expect(first(true)).toEqual(first(false));
  expect(initialWeights(sizes, 1, 5)).not.toEqual(initialWeights(sizes, 1, 6));
  const [large] = initialWeights([200, 100], 0.05, 1) as [Float32Array];
  const square = large.reduce((sum, value) => sum + value * value, 0) / large.length;
  // 20,000 draws: the deviation of their mean square is 1 %.
  expect(Math.sqrt(square) / 0.05).toBeCloseTo(1, 1);
});

describe('an operation', () => {
  test('of a layer is the product and the sum', () => {
    const [x, w, b] = [
      tf.tensor2d([[1, 2]]),
      tf.tensor2d([
        [3, 4, 5],
        [6, 7, 8],
      ]),
      tf.tensor1d([1, 0, -1]),
    ];
    expect([...linear(x, w, b, true).dataSync()]).toEqual([16, 18, 20]);
    expect([...linear(x, w, null, false).dataSync()]).toEqual([15, 18, 21]);
  });

  test('of the loss stands logits that exp of would overflow', () => {
    const gradient = tf.valueAndGrad((x) => crossEntropy(x as tf.Tensor2D, tf.tensor2d([[0, 1]])));
    const { value, grad } = gradient(tf.tensor2d([[1000, 0]]));
    expect(value.dataSync()[0]).toBe(1000);
    expect([...grad.dataSync()]).toEqual([1, -1]);
  });

  test('of the units is 1/2 with the slope 1/4 at 0', () => {
    const x = tf.tensor2d([[0]]);
    const slope = tf.grad((x) => sigmoid(x as tf.Tensor2D))(x);
    expect([sigmoid(x).dataSync()[0], slope.dataSync()[0]]).toEqual([0.5, 0.25]);
  });
});
