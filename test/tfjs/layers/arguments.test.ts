import { ones, setBackend, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import { ArgumentError, ShapeError } from 'batchnorm';
import { layers } from 'batchnorm/tfjs';
import { onEachBackend } from '../on-each-backend';
import type { Layer } from './models';

type Make = (args?: never) => Layer;

const both: [name: 'batchNormalization' | 'layerNormalization'][] = [
  ['batchNormalization'],
  ['layerNormalization'],
];
const all: [name: keyof typeof layers][] = [...both, ['groupNormalization']];

beforeAll(async () => {
  expect(await setBackend('cpu')).toBe(true);
});

describe.each(both)('%s', (name) => {
  test('has the arguments and defaults of TensorFlow.js', () => {
    const [ours, own] = [layers, tfLayers].map((from) => from[name]({ name: 'same' }).getConfig());
    expect(ours).toEqual(own);
  });

  test('is a layer of the class of TensorFlow.js, with its automatic names', () => {
    const [ours, own] = [layers[name](), tfLayers[name]()];
    expect(ours).toBeInstanceOf(own.constructor);
    expect(ours.getClassName()).toBe(own.getClassName());
    expect(ours.name.replace(/\d+$/, '')).toBe(own.name.replace(/\d+$/, ''));
  });

  test('has its weights, their order, names, shapes and number', () => {
    const [ours, own] = [layers, tfLayers].map((from) => {
      const layer = from[name]();
      layer.build([null, 3, 4]);
      const weights = layer.weights.map(({ originalName, shape, trainable }) => ({
        originalName,
        shape,
        trainable,
      }));
      return { weights, params: layer.countParams(), output: layer.computeOutputShape([2, 3, 4]) };
    });
    expect(ours).toEqual(own);
  });

  test('is summed up as its own is', () => {
    const [ours, own] = [layers, tfLayers].map((from) => {
      const layer = from[name]({ name: 'n', inputShape: [3, 4], trainable: false });
      const lines: string[] = [];
      sequential({ layers: [layer] }).summary(undefined, undefined, (line) => lines.push(line));
      return lines;
    });
    expect(ours).toEqual(own);
    expect(ours?.join('\n')).toContain('Trainable params: 0');
  });

  test('passes masks on as its own does', () => {
    const [ours, own] = [layers[name](), tfLayers[name]()];
    const mask = ones([2, 3], 'bool');
    expect(ours.supportsMasking).toBe(own.supportsMasking);
    expect(ours.computeMask(zeros([2, 3, 4]), mask)).toBe(mask);
  });
});

describe.each(all)('%s', (name) => {
  const make = layers[name] as Make;

  test.each([0.5, '1', Number.NaN, [0.5], {}])('refuses axis %p', (axis) => {
    const call = () => make({ axis } as never);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(`${name}: axis should be an integer, got `);
  });

  test.each([-1e-3, Number.NaN, Number.POSITIVE_INFINITY, '0'])('refuses epsilon %p', (epsilon) => {
    const call = () => make({ epsilon } as never);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(`${name}: epsilon should be a finite number >= 0, got `);
  });

  test.each([64, 'bn', [64]])('refuses arguments that are no object: %p', (args) => {
    const call = () => make(args as never);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(`${name}: expected an object of arguments, such as { axis: -1 }, got `);
  });

  test.each([3, -4])('refuses axis %p of an input of rank 3, and is not built', (axis) => {
    const layer = make({ axis, groups: 1, name: 'mine' } as never);
    const build = () => layer.build([null, 3, 4]);
    expect(build).toThrow(ArgumentError);
    expect(build).toThrow(
      `mine: axis should be from -3 to 2 for an input of shape [null, 3, 4], got ${axis}`,
    );
    expect(layer.built).toBe(false);
  });

  test('refuses inputs without a dimension for its weights', () => {
    const layer = make({ groups: 1, name: 'mine' } as never);
    for (const shape of [[4], [2, null], [2, 0]]) {
      expect(() => layer.build(shape)).toThrow(ShapeError);
    }
    expect(() => layer.build([2, null])).toThrow('mine: axis 1 of the input should have a defined');
  });

  test('takes the axis as an array of one, which TensorFlow writes into files', () => {
    const layer = make({ axis: [2], groups: 1 } as never);
    layer.build([null, 3, 4]);
    expect(layer.weights.map(({ shape }) => shape)).toContainEqual([4]);
  });

  test('passes over arguments that other versions of Keras know', () => {
    expect(make({ synchronized: false, renorm: false, groups: 1 } as never)).toBeDefined();
  });
});

test.each([Number.NaN, '0.9', Number.POSITIVE_INFINITY])('refuses momentum %p', (momentum) => {
  const call = () => layers.batchNormalization({ momentum: momentum as number });
  expect(call).toThrow(ArgumentError);
  expect(call).toThrow('momentum should be a finite number, the weight of the old value, got ');
});

test('layerNormalization refuses no axis and the same twice, and leaves the array it got as it is', () => {
  expect(() => layers.layerNormalization({ axis: [] })).toThrow(ArgumentError);
  expect(() => layers.layerNormalization({ axis: [1, -2] }).build([2, 3, 4])).toThrow('duplicate');
  const axis = [-2, -1];
  layers.layerNormalization({ axis }).build([2, 3, 4]);
  expect(axis).toEqual([-2, -1]);
});

onEachBackend(() => {
  test.each(all)('%s refuses an input that it was not built for', (name) => {
    const layer = (layers[name] as Make)({ groups: 1, name: 'mine' } as never);
    layer.apply(zeros([2, 3, 4]));
    const refused: [shape: number[], message: string][] = [
      [[2, 3, 5], 'layer mine: expected axis 2 of input shape to have value 4'],
      [[2, 4], 'layer mine: expected ndim=3, found ndim=2'],
    ];
    for (const [shape, message] of refused) {
      expect(() => layer.apply(zeros(shape)) as Tensor).toThrow(message);
    }
  });
});
