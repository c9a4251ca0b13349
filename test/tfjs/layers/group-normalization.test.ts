import {
  add,
  div,
  mean,
  memory,
  mul,
  reshape,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  transpose,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { ArgumentError, manualSeed, ShapeError } from 'batchnorm';
import { layers, restore } from 'batchnorm/tfjs';
import { difference } from '../backends';
import { onEachBackend } from '../on-each-backend';
import { normal } from './models';

// What ours is compared with is TensorFlow.js alone.
beforeAll(restore);

interface Case {
  readonly shape: number[];
  readonly axis: number;
  readonly groups: number;
}

const cases: Case[] = [
  { shape: [5, 8], axis: -1, groups: 2 },
  { shape: [5, 3, 8], axis: -1, groups: 4 },
  { shape: [3, 2, 4, 6], axis: 3, groups: 3 },
  { shape: [3, 2, 4, 6], axis: -1, groups: 1 },
  { shape: [3, 2, 4, 6], axis: -1, groups: -1 },
  { shape: [3, 6, 2, 4], axis: 1, groups: 2 },
  { shape: [3, 2, 6, 4], axis: -2, groups: 2 },
  { shape: [2, 2, 3, 2, 4], axis: -1, groups: 2 },
  { shape: [2, 4, 3, 2, 2], axis: 1, groups: -1 },
];

/** The formula, in operations of TensorFlow.js. */
function expected(x: Tensor, gamma: Tensor, beta: Tensor, { axis, groups }: Case, eps: number) {
  const last = x.rank - 1;
  const at = axis < 0 ? axis + x.rank : axis;
  const order = [...x.shape.keys()].filter((i) => i !== at).concat(at);
  const back = [...x.shape.keys()].map((i) => order.indexOf(i));
  const moved = transpose(x, order);
  const channels = moved.shape[last] as number;
  const count = groups === -1 ? channels : groups;
  const n = x.shape[0] as number;
  const parts = reshape(moved, [n, -1, count, channels / count]);
  const center = sub(parts, mean(parts, [1, 3], true));
  const variance = mean(square(center), [1, 3], true);
  const normalized = reshape(div(center, sqrt(add(variance, eps))), moved.shape);
  return transpose(add(mul(normalized, gamma), beta), back);
}

// float32 rounds by up to 6e-8 of a number, the reference in each of some ten operations, and more
// where it subtracts.
const tolerance = 40 * 6e-8;

onEachBackend(() => {
  test.each(cases)('values and gradients of $shape, axis $axis, groups $groups', (each) => {
    manualSeed(3);
    const x = variable(normal(each.shape));
    const dy = normal(each.shape);
    const channels = each.shape.at(each.axis) as number;
    const { axis, groups } = each;
    const layer = layers.groupNormalization({ axis, groups, epsilon: 0.01 });
    layer.build(each.shape);
    layer.setWeights([normal([channels]), normal([channels])]);
    const [gamma, beta] = layer.weights.map((weight) => weight.read()) as [Variable, Variable];
    const { numTensors } = memory();
    tidy(() => {
      const passes = [() => layer.apply(x) as Tensor, () => expected(x, gamma, beta, each, 0.01)];
      const [ours, wanted] = passes.map((forward) => ({
        y: forward(),
        grads: variableGrads(() => sum(mul(forward(), dy)) as Scalar, [x, gamma, beta]).grads,
      }));
      expect(difference(ours?.y as Tensor, wanted?.y as Tensor)).toBeLessThan(tolerance);
      for (const { name } of [x, gamma, beta]) {
        const gradient = ours?.grads[name] as Tensor;
        expect(difference(gradient, wanted?.grads[name] as Tensor)).toBeLessThan(tolerance);
      }
    });
    expect(memory().numTensors).toBe(numTensors);
  });
});

describe('groupNormalization', () => {
  test('has the arguments, defaults and configuration of Keras', () => {
    const layer = layers.groupNormalization({ name: 'gn' });
    expect(layer.getClassName()).toBe('GroupNormalization');
    expect(layer.getConfig()).toEqual({
      name: 'gn',
      trainable: true,
      groups: 32,
      axis: -1,
      epsilon: 0.001,
      center: true,
      scale: true,
      betaInitializer: { className: 'Zeros', config: {} },
      gammaInitializer: { className: 'Ones', config: {} },
      betaRegularizer: null,
      gammaRegularizer: null,
      betaConstraint: null,
      gammaConstraint: null,
    });
  });

  test('has the weights that it is asked for, under their names', () => {
    const names = (layer: ReturnType<typeof layers.groupNormalization>) => {
      layer.build([null, 4, 6]);
      return layer.weights.map(({ originalName, shape }) => [originalName, shape]);
    };
    expect(names(layers.groupNormalization({ groups: 2 }))).toEqual([
      ['gamma', [6]],
      ['beta', [6]],
    ]);
    expect(names(layers.groupNormalization({ groups: 2, axis: 1, center: false }))).toEqual([
      ['gamma', [4]],
    ]);
    expect(names(layers.groupNormalization({ groups: 2, scale: false }))).toEqual([['beta', [6]]]);
  });

  test('passes masks on', () => {
    expect(layers.groupNormalization().supportsMasking).toBe(true);
  });

  test.each([0, -2, 1.5, Number.NaN, '2'])('refuses groups %p', (groups) => {
    const make = () => layers.groupNormalization({ groups: groups as number });
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow('groupNormalization: groups should be a positive integer, or -1');
  });

  test('refuses groups that do not divide the channels', () => {
    const layer = layers.groupNormalization({ name: 'gn' });
    const build = () => layer.build([null, 8, 48]);
    expect(build).toThrow(ArgumentError);
    expect(build).toThrow('gn: the number of channels must be divisible by groups, got 48');
  });

  test('refuses the axis of the batch, and inputs without channels', () => {
    expect(() => layers.groupNormalization({ axis: -2 }).build([4, 8])).toThrow(ArgumentError);
    expect(() => layers.groupNormalization({ groups: 2 }).build([4])).toThrow(ShapeError);
    expect(() => layers.groupNormalization({ groups: 2 }).build([4, null])).toThrow(ShapeError);
  });
});
