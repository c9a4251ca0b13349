import * as tf from '@tensorflow/tfjs-core';
import {
  ArgumentError,
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  DTypeError,
  LayerNorm,
  LazyBatchNorm1d,
  ones,
  ShapeError,
  Tensor,
} from 'batchnorm';
import { batchNorm, variables } from 'batchnorm/tfjs';
import { expectRefused } from '../../expect-refused';
import { leaveNoTensors } from '../leave-no-tensors';
import { onEachBackend } from '../on-each-backend';

// The engine then checks each kernel for elements that nobody owns.
beforeAll(() => tf.env().set('IS_TEST', true));

onEachBackend(() => {
  afterEach(() => tf.disposeVariables());
  const countAnew = leaveNoTensors();

  /** (N, ..., C) as a module takes it. */
  function asTensor(x: tf.Tensor): Tensor {
    const [n = 0, ...rest] = x.shape;
    const c = rest.pop() ?? 0;
    return new Tensor(x.dataSync<'float32'>(), [n, c, ...rest], 'channelsLast');
  }

  const layers = [
    { layer: () => new BatchNorm1d(3), shape: [6, 3] },
    { layer: () => new BatchNorm1d(3, { momentum: null }), shape: [6, 5, 3] },
    { layer: () => new BatchNorm2d(3, { activation: 'relu' }), shape: [2, 4, 5, 3] },
    { layer: () => new BatchNorm2d(3, { affine: false }), shape: [2, 4, 5, 3] },
    { layer: () => new BatchNorm2d(3, { bias: false }), shape: [2, 4, 5, 3] },
    { layer: () => new BatchNorm3d(3, { eps: 1e-3 }), shape: [2, 2, 4, 2, 3] },
    { layer: () => new BatchNorm2d(3).eval(), shape: [2, 4, 5, 3] },
  ];

  test.each(layers)('does and learns what the layer does, of $shape', ({ layer, shape }) => {
    const ours = layer();
    const theirs = layer();
    for (const module of [ours, theirs]) {
      module.weight?.data.set([1, 2, -3]);
      module.bias?.data.set([0.5, 0, 1]);
    }
    tf.tidy(() => {
      variables(ours);
      for (const seed of [1, 2]) {
        const x = tf.randomNormal(shape, 1, 2, 'float32', seed);
        const dy = tf.randomNormal(shape, 0, 1, 'float32', seed + 10);
        const xs = [x, ...variables(ours)];
        let y: tf.Tensor | undefined;
        const { grads } = tf.valueAndGrads((input: tf.Tensor) => {
          y = tf.keep(batchNorm(input, ours));
          return y;
        })(xs, dy);
        const expected = theirs.forward(asTensor(x), { grad: true });
        const gradInput = theirs.backward(asTensor(dy));
        // The same kernels over the same elements: the same bits.
        expect(y?.dataSync()).toEqual(expected.data);
        expect(grads.map((gradient) => gradient?.dataSync())).toEqual([
          gradInput.data,
          ...theirs.parameters().map(({ grad }) => grad?.data),
        ]);
        y?.dispose();
        theirs.zeroGrad();
        expect(ours.stateDict()).toEqual(theirs.stateDict());
      }
      expect(ours.numBatchesTracked).toBe(ours.training ? 2 : 0);
    });
  });

  test('takes channels first too', () => {
    tf.tidy(() => {
      const x = tf.randomNormal([2, 3, 4, 5], 1, 2);
      const y = batchNorm(x, new BatchNorm2d(3), { dataFormat: 'channelsFirst' });
      const expected = new BatchNorm2d(3).forward({
        data: x.dataSync<'float32'>(),
        shape: x.shape,
      });
      expect(y.dataSync()).toEqual(expected.data);
    });
  });

  test('one module may be used twice in a pass', () => {
    tf.tidy(() => {
      const bn = new BatchNorm1d(2);
      const learned = variables(bn);
      const x = tf.tensor2d([1, 2, 3, 5, 8, 4], [3, 2]);
      const twice = () => tf.sum<tf.Scalar>(tf.mul(batchNorm(batchNorm(x, bn), bn), x));
      const numeric = (variable: tf.Variable, index: number) => {
        const values = variable.dataSync().slice();
        const at = (delta: number) => {
          const moved = values.slice();
          moved[index] = (moved[index] as number) + delta;
          variable.assign(tf.tensor1d(moved));
          return twice().dataSync()[0] as number;
        };
        const slope = (at(0.01) - at(-0.01)) / 0.02;
        variable.assign(tf.tensor1d(values));
        return slope;
      };
      const { grads } = tf.variableGrads(twice, learned);
      for (const variable of learned) {
        const gradient = grads[variable.name]?.dataSync() as Float32Array;
        // A difference of float32 sums of 20 or so over 0.02: 1e-5 / 0.02 and the curvature.
        for (const [index, value] of gradient.entries()) {
          expect(numeric(variable, index)).toBeCloseTo(value, 2);
        }
      }
    });
  });

  test('a loop of optimizer steps learns weight and bias of the module', () => {
    const bn = new BatchNorm1d(2);
    const learned = variables(bn);
    const optimizer = tf.train.sgd(0.5);
    const x = tf.tensor2d([1, 2, 3, 5, 8, 4, 0, 0], [4, 2]);
    const target = tf.tensor2d([-1, 2, 3, 5, 8, 4, -2, 0], [4, 2]);
    const loss = () => tf.mean<tf.Scalar>(tf.squaredDifference(batchNorm(x, bn), target));
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) {
      const { value, grads } = tf.variableGrads(loss);
      optimizer.applyGradients(grads);
      losses.push(value.dataSync()[0] as number);
      tf.dispose([value, grads] as tf.TensorContainer);
      expect(bn.weight?.data).toEqual(learned[0]?.dataSync());
      expect(bn.bias?.data).toEqual(learned[1]?.dataSync());
    }
    // The best affine fit leaves the least; gradient descent halves the rest a step or so.
    const [first = 0, last = 0] = [losses[0], losses.at(-1)];
    expect(last).toBeLessThan(first / 10);
    expect(bn.numBatchesTracked).toBe(30);
    optimizer.dispose();
    tf.dispose([x, target]);
  });

  test('what is loaded into the module is what its variables hold', () => {
    const bn = new BatchNorm1d(2).eval();
    const learned = variables(bn);
    bn.loadStateDict({ ...bn.stateDict(), weight: new Tensor(new Float32Array([3, 4]), [2]) });
    const x = tf.ones([1, 2]);
    const y = batchNorm(x, bn);
    expect(Array.from(y.dataSync())).toEqual(
      [3, 4].map((weight) => Math.fround(weight / Math.sqrt(1 + 1e-5))),
    );
    expect(Array.from(learned[0]?.dataSync() ?? [])).toEqual([3, 4]);
    expect(variables(bn)).toEqual(learned);
    tf.dispose([x, y]);
  });

  test('a lazy module takes its channels from the first input', () => {
    const bn = new LazyBatchNorm1d();
    const x = tf.ones([4, 5]);
    tf.dispose(batchNorm(x, bn));
    expect(bn.numFeatures).toBe(5);
    x.dispose();
  });

  describe('refuses', () => {
    const bn = new BatchNorm1d(3);

    test('a gradient that would not reach weight and bias', () => {
      tf.tidy(() => {
        const gradient = tf.grad((x: tf.Tensor) => batchNorm(x, bn));
        expectRefused(() => gradient(tf.ones([4, 3])), ArgumentError, 'variables(module)');
        expect(bn.numBatchesTracked).toBe(0);
      });
    });

    test('the gradient of a gradient', () => {
      tf.tidy(() => {
        const free = new BatchNorm1d(3, { affine: false });
        const inner = tf.grad((x: tf.Tensor) => batchNorm(x, free));
        const outer = tf.grad((x: tf.Tensor) => inner(x));
        const x = tf.randomNormal([4, 3]);
        expectRefused(() => outer(x), ArgumentError, 'gradient of a gradient');
      });
      // Where a gradient throws, whichever it is, the engine keeps what it has saved.
      countAnew();
    });

    test.each<[string, (x: tf.Tensor) => unknown, Parameters<typeof expectRefused>[1], string]>([
      ['wrong channels', (x) => batchNorm(x, new BatchNorm1d(2)), ShapeError, '3 elements not 2'],
      ['a wrong rank', (x) => batchNorm(x, new BatchNorm2d(3)), ShapeError, 'expected 4D input'],
      ['integers', (x) => batchNorm(tf.cast(x, 'int32'), bn), DTypeError, 'int32'],
      ['float64', (x) => batchNorm(x, new BatchNorm1d(3, { dtype: 'float64' })), DTypeError, '64'],
      ['a tensor of ours', () => batchNorm(ones([2, 3]) as never, bn), ArgumentError, 'TensorFlow'],
      ['no module', (x) => batchNorm(x, {} as never), ArgumentError, 'BatchNorm1d'],
      [
        'a module of another class',
        (x) => batchNorm(x, new LayerNorm(3) as never),
        ArgumentError,
        'got the module LayerNorm',
      ],
      [
        'arguments in another order',
        (x) => batchNorm(bn as never, x as never),
        ArgumentError,
        'got a tensor of TensorFlow.js',
      ],
      [
        'channels first that it was not told of',
        () => batchNorm(tf.ones([6, 5, 4, 3]), new BatchNorm2d(5)),
        ShapeError,
        'x has shape [6, 5, 4, 3], and its last axis was taken for the channels (where they are the ' +
          "second, pass { dataFormat: 'channelsFirst' })",
      ],
      [
        'channels last where it was told otherwise',
        () => batchNorm(tf.ones([6, 3, 4, 5]), new BatchNorm2d(5), { dataFormat: 'channelsFirst' }),
        ShapeError,
        "pass { dataFormat: 'channelsLast' }",
      ],
      ['options', (x) => batchNorm(x, bn, { axis: 1 } as never), ArgumentError, 'dataFormat'],
      ['a format', (x) => batchNorm(x, bn, { dataFormat: 'NHWC' as never }), ArgumentError, 'NHWC'],
    ])('%s', (_, call, error, message) => {
      tf.tidy(() => {
        const x = tf.ones([4, 3]);
        expectRefused(() => call(x), error, message);
        expect(bn.numBatchesTracked).toBe(0);
      });
    });
  });
});
