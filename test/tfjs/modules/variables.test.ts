import * as tf from '@tensorflow/tfjs-core';
import { ArgumentError, BatchNorm1d, GroupNorm, Sequential, tensor } from 'batchnorm';
import { batchNorm, variables } from 'batchnorm/tfjs';
import { expectRefused } from '../../expect-refused';
import { leaveNoTensors } from '../leave-no-tensors';
import { onEachBackend } from '../on-each-backend';

// The engine then checks each kernel for elements that nobody owns.
beforeAll(() => tf.env().set('IS_TEST', true));

onEachBackend(() => {
  afterEach(() => tf.disposeVariables());
  const countAnew = leaveNoTensors();

  /** A layer whose weight is [1, 1] and bias [0, 0], and its variables. */
  function make() {
    const bn = new BatchNorm1d(2);
    const [weight, bias] = variables(bn) as [tf.Variable, tf.Variable];
    return { bn, weight, bias };
  }

  const loaded = { weight: tensor([3, 4]), bias: tensor([5, 6]) };

  function load(bn: BatchNorm1d) {
    bn.loadStateDict({ ...bn.stateDict(), ...loaded });
  }

  /** Each way to read a variable. */
  const readings: [string, (variable: tf.Variable) => number[] | Promise<number[]>][] = [
    ['dataSync', (variable) => [...variable.dataSync()]],
    ['data', async (variable) => [...(await variable.data())]],
    ['arraySync', (variable) => variable.arraySync() as number[]],
    ['an operation', (variable) => tf.tidy(() => [...tf.mul(variable, 1).dataSync()])],
    ['a clone', (variable) => tf.tidy(() => [...variable.clone().dataSync()])],
  ];

  test.each(readings)('hold what was loaded into the module: %s', async (_, read) => {
    const { bn, weight, bias } = make();
    load(bn);
    expect(await read(weight)).toEqual([3, 4]);
    expect(await read(bias)).toEqual([5, 6]);
  });

  test('are trainable where the parameters require gradients, unless told', () => {
    const bn = new BatchNorm1d(2).requiresGrad_(false);
    if (bn.bias !== null) bn.bias.requiresGrad = true;
    const trainable = () => learned.map((variable) => variable.trainable);
    const learned = variables(bn);
    expect(trainable()).toEqual([false, true]);
    bn.requiresGrad_(true);
    expect(trainable()).toEqual([true, true]);
    if (bn.weight !== null) bn.weight.requiresGrad = false;
    expect(trainable()).toEqual([false, true]);
    expect(variables(bn, { trainable: true }).map(({ trainable }) => trainable)).toEqual([
      true,
      true,
    ]);
    expect(trainable()).toEqual([true, true]);
  });

  test('a parameter that is frozen later is left alone by an optimizer that is told no list', () => {
    const { bn, weight } = make();
    const before = [...weight.dataSync()];
    if (bn.weight !== null) bn.weight.requiresGrad = false;
    const x = tf.tensor2d([1, 2, 3, 5, 8, 13], [3, 2]);
    const optimizer = tf.train.sgd(0.5);
    tf.tidy(() => {
      optimizer.minimize(() => tf.mean<tf.Scalar>(tf.square(tf.sub(batchNorm(x, bn), 1))));
    });
    expect([...weight.dataSync()]).toEqual(before);
    expect([...(bn.bias?.data ?? [])]).not.toEqual([0, 0]);
    optimizer.dispose();
    x.dispose();
  });

  test.each<[string, () => tf.Optimizer]>([
    ['sgd', () => tf.train.sgd(0.5)],
    ['momentum', () => tf.train.momentum(0.5, 0.9)],
    ['adam', () => tf.train.adam(0.5)],
    ['rmsprop', () => tf.train.rmsprop(0.5)],
    ['adagrad', () => tf.train.adagrad(0.5)],
    ['adadelta', () => tf.train.adadelta(0.5)],
    ['adamax', () => tf.train.adamax(0.5)],
  ])('%s goes on from what was loaded', (_, makeOptimizer) => {
    const { bn, weight, bias } = make();
    const optimizer = makeOptimizer();
    const step = (value: tf.Variable, other: tf.Variable) =>
      tf.tidy(() =>
        optimizer.applyGradients({ [value.name]: tf.ones([2]), [other.name]: tf.zeros([2]) }),
      );
    // Of a variable of TensorFlow.js's own in the place of the weight: the same steps.
    const plain = tf.variable(tf.tensor1d([1, 1]));
    const still = tf.variable(tf.tensor1d([0, 0]));
    const reference = makeOptimizer();
    const referenceStep = () =>
      tf.tidy(() =>
        reference.applyGradients({ [plain.name]: tf.ones([2]), [still.name]: tf.zeros([2]) }),
      );
    step(weight, bias);
    referenceStep();
    expect(bn.weight?.data).toEqual(plain.dataSync());
    load(bn);
    tf.tidy(() => plain.assign(tf.tensor1d([3, 4])));
    step(weight, bias);
    referenceStep();
    expect(bn.weight?.data).toEqual(plain.dataSync());
    expect(weight.dataSync()).toEqual(plain.dataSync());
    expect([...(bn.bias?.data ?? [])]).toEqual([5, 6]);
    optimizer.dispose();
    reference.dispose();
    tf.disposeVariables();
    // TensorFlow.js's optimizers keep a scalar or two when they are disposed of.
    countAnew();
  });

  test('hold what is written to the memory of the module, element by element', () => {
    const { bn, weight } = make();
    const { data } = bn.weight as NonNullable<typeof bn.weight>;
    data[1] = 7;
    expect([...weight.dataSync()]).toEqual([1, 7]);
    data.set([Number.NaN, -0]);
    expect([...weight.dataSync()]).toEqual([Number.NaN, -0]);
    bn.resetParameters();
    expect([...weight.dataSync()]).toEqual([1, 1]);
  });

  test('and module hold the same after share(), in both directions and through the shared memory', () => {
    const { bn, weight } = make();
    const other = BatchNorm1d.fromShared(structuredClone(bn.share()));
    other.weight?.data.set([8, 9]);
    expect([...weight.dataSync()]).toEqual([8, 9]);
    tf.tidy(() => weight.assign(tf.tensor1d([10, 11])));
    expect([...(other.weight?.data ?? [])]).toEqual([10, 11]);
    expect([...(bn.weight?.data ?? [])]).toEqual([10, 11]);

    const third = make();
    third.bn.useShared(structuredClone(bn.share()));
    expect([...third.weight.dataSync()]).toEqual([10, 11]);
    tf.tidy(() => third.weight.assign(tf.tensor1d([12, 13])));
    expect([...weight.dataSync()]).toEqual([12, 13]);
  });

  test('a value that was read before keeps what it had', () => {
    const { bn, weight } = make();
    tf.tidy(() => {
      const before = weight.clone();
      const gradient = tf.grad((x: tf.Tensor) => {
        const y = tf.mul(x, weight);
        // Between the forward pass and the backward one.
        load(bn);
        return y;
      })(tf.ones([2]));
      expect([...before.dataSync()]).toEqual([1, 1]);
      expect([...gradient.dataSync()]).toEqual([1, 1]);
    });
    expect([...weight.dataSync()]).toEqual([3, 4]);
  });

  test('a variable of the engine finds it too, by name and in minimize', () => {
    const { bn, weight } = make();
    load(bn);
    const optimizer = tf.train.sgd(1);
    optimizer.minimize(() => tf.sum<tf.Scalar>(tf.square(weight)), false, [weight]);
    // d/dw w^2 = 2 w, from what was loaded.
    expect([...(bn.weight?.data ?? [])]).toEqual([-3, -4]);
    optimizer.dispose();
  });

  test('layers in a net, each its own', () => {
    const net = new Sequential(new BatchNorm1d(2), new GroupNorm(1, 2));
    const learned = variables(net);
    const dict = Object.fromEntries(
      Object.entries(net.stateDict()).map(([key, value], i) => [
        key,
        typeof value === 'number' ? value : tensor([i, i + 0.5]),
      ]),
    );
    net.loadStateDict(dict);
    expect(learned.map((variable) => [...variable.dataSync()])).toEqual(
      net.parameters().map(({ data }) => [...data]),
    );
  });

  test('what is refused changes neither', () => {
    const { bn, weight } = make();
    tf.tidy(() => {
      expect(() => weight.assign(tf.ones([3]))).toThrow('shape of the new value');
      expect(() => weight.assign(tf.ones([2], 'int32'))).toThrow('dtype of the new value');
    });
    expect([...weight.dataSync()]).toEqual([1, 1]);
    expect([...(bn.weight?.data ?? [])]).toEqual([1, 1]);
  });

  test('memory that is taken away from the module is an error of assign; the variable is left as it was', () => {
    const { bn, weight } = make();
    structuredClone(bn.weight?.data, { transfer: [bn.weight?.data.buffer as ArrayBuffer] });
    tf.tidy(() => {
      expectRefused(
        () => weight.assign(tf.ones([2])),
        ArgumentError,
        'the memory of the parameter',
      );
    });
    expect([...weight.dataSync()]).toEqual([1, 1]);
  });

  test('new ones are made of those that are disposed of', () => {
    const { bn, weight } = make();
    load(bn);
    weight.dispose();
    expect(weight.isDisposed).toBe(true);
    const [anew] = variables(bn) as [tf.Variable];
    expect(anew).not.toBe(weight);
    expect([...anew.dataSync()]).toEqual([3, 4]);
  });
});
