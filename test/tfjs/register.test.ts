import * as tf from '@tensorflow/tfjs-core';
import { initializers, sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import { register, restore } from 'batchnorm/tfjs';
import { backends, difference } from './backends';
import { leaveNoTensors } from './leave-no-tensors';
import { onEachBackend } from './on-each-backend';

type Compute = () => tf.Tensor[];

/** What TensorFlow.js's own kernels give, then what the replaced ones do. */
function both(compute: Compute): [theirs: tf.Tensor[], ours: tf.Tensor[]] {
  restore();
  const theirs = compute();
  register();
  return [theirs, compute()];
}

// Float32 sums of a few thousand terms in another order, relative to the largest value.
const tolerance = 1e-5;

function expectSame(compute: Compute): void {
  tf.tidy(() => {
    const [theirs, ours] = both(compute);
    expect(ours).toHaveLength(theirs.length);
    for (const [index, expected] of theirs.entries()) {
      const actual = ours[index] as tf.Tensor;
      expect(actual.dtype).toBe(expected.dtype);
      expect(difference(actual, expected)).toBeLessThan(tolerance);
    }
  });
}

onEachBackend((backend) => {
  leaveNoTensors();

  const normal = (shape: number[], seed: number, mean = 0, std = 1) =>
    tf.randomNormal(shape, mean, std, 'float32', seed);
  const positive = (shape: number[], seed: number) =>
    tf.randomUniform(shape, 0.5, 2, 'float32', seed);

  describe('tf.batchNorm gives the same', () => {
    const all = (shape: number[], parameters: number[]) => ({
      x: normal(shape, 1, 3, 2),
      mean: normal(parameters, 2, 3),
      variance: positive(parameters, 3),
      offset: normal(parameters, 4),
      scale: normal(parameters, 5),
    });

    const shapes: [string, number[], number[]][] = [
      ['rank 1', [7], [7]],
      ['rank 2', [60, 100], [100]],
      ['rank 3', [4, 9, 5], [5]],
      ['rank 4', [2, 5, 4, 33], [33]],
      ['one channel', [6, 1], [1]],
      ['a value an element', [3, 4, 5], [3, 4, 5]],
      ['sizes of 1 in front, which it goes round over', [2, 3, 4], [1, 1, 4]],
      ['nothing, by its shape', [0, 4], [4]],
    ];

    test.each(shapes)('for %s', (_, shape, parameters) => {
      expectSame(() => {
        const { x, mean, variance, offset, scale } = all(shape, parameters);
        return [
          tf.batchNorm(x, mean, variance, offset, scale, 1e-3),
          tf.batchNorm(x, mean, variance, undefined, undefined, 0.1),
          tf.batchNorm(x, mean, variance, offset),
          tf.batchNorm(x, mean, variance, undefined, scale),
        ];
      });
    });

    test.each(shapes.slice(0, 6))('gradients for %s', (_, shape, parameters) => {
      expectSame(() => {
        const { x, mean, variance, offset, scale } = all(shape, parameters);
        const gradients = tf.grads((...xs: tf.Tensor[]) => {
          const [a, b, c, d, e] = xs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
          return tf.batchNorm(a, b, c, d, e, 1e-3);
        });
        return gradients([x, mean, variance, offset, scale], normal(shape, 6));
      });
    });

    test('for parts and other shapes of a tensor', () => {
      expectSame(() => {
        const { mean, variance, offset, scale } = all([4], [4]);
        const x = tf.slice(normal([5, 6, 4], 1), [1, 0, 0], [3, 6, 4]);
        return [
          tf.batchNorm(tf.reshape(x, [18, 4]), mean, variance, offset, scale),
          tf.batchNorm(tf.transpose(x, [1, 0, 2]), mean, variance, offset, scale),
        ];
      });
    });

    test('for gradients of gradients', () => {
      expectSame(() => {
        const { x, mean, variance, offset, scale } = all([6, 3], [3]);
        const of = (input: tf.Tensor) => tf.batchNorm(input, mean, variance, offset, scale);
        const slope = tf.grad((input: tf.Tensor) => tf.sum(tf.square(of(input))));
        return [tf.grad((input: tf.Tensor) => tf.sum(tf.square(slope(input))))(x)];
      });
    });

    test('for integers, which stay with TensorFlow.js', () => {
      expectSame(() => {
        const { mean, variance } = all([6, 3], [3]);
        const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], 'int32');
        return [tf.batchNorm(x, mean, variance)];
      });
    });
  });

  describe('reductions and repetitions give the same', () => {
    const shapes = [[7], [12, 40], [4, 1, 9], [2, 5, 3, 4], [2, 3, 1, 4, 5]];
    const subsets = (rank: number) =>
      Array.from({ length: 2 ** rank }, (_, bits) =>
        Array.from({ length: rank }, (_, axis) => axis).filter((axis) => bits & (1 << axis)),
      );

    test.each(shapes.map((shape) => ({ shape })))('of $shape over all axes', ({ shape }) => {
      expectSame(() =>
        subsets(shape.length).flatMap((axes) => {
          const x = normal(shape, 1, 3, 2);
          const dy = normal(tf.sum(x, axes).shape, 2);
          const slope = tf.grad((input: tf.Tensor) => tf.mean(input, axes));
          return [tf.sum(x, axes), tf.sum(x, axes, true), tf.mean(x, axes), slope(x, dy)];
        }),
      );
    });

    // Their values on the wasm backend are what was in its memory before.
    test('of nothing, by shape', () => {
      tf.tidy(() => {
        const x = tf.zeros([3, 0, 2]);
        const [theirs, ours] = both(() => [tf.sum(x, 1), tf.mean(x, [0, 1], true), tf.sum(x, 0)]);
        expect(ours.map(({ shape }) => shape)).toEqual(theirs.map(({ shape }) => shape));
      });
    });

    test('of moments and their gradients', () => {
      expectSame(() => {
        const x = normal([4, 5, 6, 7], 1, 3, 2);
        return [[0, 1, 2], [0, 2, 3], [3], [2, 3], [0, 1, 2, 3]].flatMap((axes) => {
          const both = (input: tf.Tensor) => {
            const { mean, variance } = tf.moments(input, axes);
            return tf.sum(tf.mul(tf.square(variance), mean));
          };
          const { mean, variance } = tf.moments(x, axes, true);
          return [mean, variance, tf.grad(both)(x)];
        });
      });
    });

    test('of what is not finite', () => {
      tf.tidy(() => {
        const rows = [
          [1, Number.POSITIVE_INFINITY, Number.NaN, 3e38],
          [2, 1, 1, 3e38],
          [3, -1, 1, 3e38],
        ];
        for (const reduce of [tf.sum, tf.mean] as const) {
          const [theirs, ours] = both(() => [reduce(tf.tensor2d(rows), 0)]);
          const finite = [true, false, false, reduce === tf.mean];
          const values = Array.from(ours[0]?.dataSync() ?? []);
          expect(values.map(Number.isFinite)).toEqual(finite);
          // In float32 their sum has left the range before it is divided; ours has not.
          expect(values.slice(0, 3)).toEqual(Array.from(theirs[0]?.dataSync() ?? []).slice(0, 3));
        }
      });
    });

    test.each([
      { shape: [1, 1, 8], reps: [4, 5, 1] },
      { shape: [4, 5, 1], reps: [1, 1, 8] },
      { shape: [1, 5, 1], reps: [3, 1, 7] },
      { shape: [1, 300], reps: [40, 1] },
      { shape: [2, 3], reps: [2, 2] },
      { shape: [2, 1, 3, 1], reps: [1, 4, 1, 5] },
      { shape: [2, 3], reps: [1, 1] },
      { shape: [1, 3], reps: [0, 1] },
    ])('of $shape $reps times', ({ shape, reps }) => {
      expectSame(() => {
        const x = normal(shape, 1);
        const y = tf.tile(x, reps);
        const dy = normal(y.shape, 2);
        const integers = tf.tile(tf.cast(x, 'int32'), reps);
        const slope = y.size === 0 ? [] : [tf.grad((t: tf.Tensor) => tf.tile(t, reps))(x, dy)];
        return [y, integers, ...slope];
      });
    });

    test('a clone outlives its tensor', () => {
      register();
      const x = tf.tensor1d([1, 2, 3]);
      const clones = [tf.clone(x), tf.cast(x, 'float32')];
      const integers = tf.cast(x, 'int32');
      x.dispose();
      expect(clones.map((clone) => [...clone.dataSync()])).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      expect([integers.dtype, ...integers.dataSync()]).toEqual(['int32', 1, 2, 3]);
      tf.dispose([...clones, integers]);
    });
  });

  test('ours run, not those of TensorFlow.js', () => {
    const names = ['FusedBatchNorm', 'Mean', 'Sum', 'Tile', 'Identity', 'Cast'];
    restore();
    const originals = names.map((name) => tf.getKernel(name, backend));
    const put = (kernel: tf.KernelConfig) => {
      tf.unregisterKernel(kernel.kernelName, backend);
      tf.registerKernel(kernel);
    };
    for (const original of originals) {
      put({
        ...original,
        kernelFunc: () => {
          throw new Error(`${original.kernelName} of TensorFlow.js`);
        },
      });
    }
    register();
    try {
      tf.tidy(() => {
        const x = normal([4, 3], 1);
        const mean = tf.mean(x, 0);
        tf.batchNorm(x, mean, tf.square(mean));
        tf.sum(x, 0);
        tf.tile(tf.reshape(mean, [1, 3]), [4, 1]);
        tf.clone(x);
        tf.cast(x, 'float32');
        expect(() => tf.cast(x, 'int32')).toThrow('Cast of TensorFlow.js');
      });
    } finally {
      restore();
      for (const original of originals) put(original);
      register();
    }
  });

  describe('models of the layers', () => {
    const uniform = (seed: number) => initializers.glorotUniform({ seed });
    const models = {
      'batch norm of 2 axes': () =>
        sequential({
          layers: [
            tfLayers.dense({ units: 8, inputShape: [6], kernelInitializer: uniform(1) }),
            tfLayers.batchNormalization({ momentum: 0.8 }),
            tfLayers.activation({ activation: 'sigmoid' }),
            tfLayers.dense({ units: 1, kernelInitializer: uniform(2) }),
          ],
        }),
      'layer norm': () =>
        sequential({
          layers: [
            tfLayers.dense({ units: 8, inputShape: [6], kernelInitializer: uniform(1) }),
            tfLayers.layerNormalization(),
            tfLayers.dense({ units: 1, kernelInitializer: uniform(2) }),
          ],
        }),
      'batch norm of 4 axes': () =>
        sequential({
          layers: [
            tfLayers.reshape({ targetShape: [1, 2, 3], inputShape: [6] }),
            tfLayers.batchNormalization(),
            tfLayers.flatten(),
            tfLayers.dense({ units: 1, kernelInitializer: uniform(2) }),
          ],
        }),
    };

    test.each(Object.entries(models))('with %s learn the same in 3 epochs', async (_, make) => {
      const learn = async () => {
        const model = make();
        const optimizer = tf.train.sgd(0.1);
        model.compile({ optimizer, loss: 'meanSquaredError' });
        const x = normal([32, 6], 3, 1, 2);
        const y = normal([32, 1], 4);
        const fit = { epochs: 3, batchSize: 8, shuffle: false, verbose: 0 } as const;
        const { history } = await model.fit(x, y, fit);
        const predicted = model.predict(x) as tf.Tensor;
        const weights = model.getWeights().map((weight) => [...weight.dataSync()]);
        const values = [...weights, [...predicted.dataSync()], history.loss as number[]];
        tf.dispose([x, y, predicted]);
        model.dispose();
        optimizer.dispose();
        return values;
      };
      restore();
      const theirs = await learn();
      register();
      const ours = await learn();
      for (const [index, expected] of theirs.entries()) {
        for (const [i, value] of expected.entries()) {
          // Rounding errors of 12 steps, which do not grow here.
          expect(ours[index]?.[i]).toBeCloseTo(value, 4);
        }
      }
    });
  });
});

describe('restore', () => {
  const registry = () => {
    const kernels = backends.flatMap((backend) => tf.getKernelsForBackend(backend));
    const names = kernels.map(({ kernelName, backendName }) => `${backendName} ${kernelName}`);
    const gradients = new Set(kernels.map(({ kernelName }) => kernelName));
    return new Map<string, unknown>([
      ...kernels.map((kernel, index): [string, unknown] => [names[index] as string, kernel]),
      ...[...gradients].map((name): [string, unknown] => [
        `gradient ${name}`,
        tf.getGradient(name),
      ]),
    ]);
  };

  const changed = (a: Map<string, unknown>, b: Map<string, unknown>) =>
    [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key)).sort();

  test('leaves the registry as it was, however often', () => {
    restore();
    const before = registry();
    expect([...before.keys()].filter((key) => key.includes('batchnorm'))).toEqual([]);
    register();
    register();
    const replaced = changed(before, registry());
    for (const name of ['FusedBatchNorm', 'Mean', 'Sum', 'Tile', 'Identity', 'Cast']) {
      for (const backend of backends) expect(replaced).toContain(`${backend} ${name}`);
    }
    expect(replaced).toContain('gradient FusedBatchNorm');
    restore();
    restore();
    expect(changed(before, registry())).toEqual([]);
    register();
    expect(changed(before, registry())).toEqual(replaced);
  });

  test('leaves alone what others have registered since', () => {
    restore();
    const original = tf.getKernel('Mean', 'cpu');
    register();
    const theirs = { ...original };
    tf.unregisterKernel('Mean', 'cpu');
    tf.registerKernel(theirs);
    try {
      restore();
      expect(tf.getKernel('Mean', 'cpu')).toBe(theirs);
    } finally {
      tf.unregisterKernel('Mean', 'cpu');
      tf.registerKernel(original);
      register();
    }
  });

  test('a backend that comes later is served once it is set', async () => {
    restore();
    const original = tf.getKernel('FusedBatchNorm', 'cpu');
    tf.unregisterKernel('FusedBatchNorm', 'cpu');
    register();
    expect(tf.getKernel('FusedBatchNorm', 'cpu')).toBeUndefined();
    tf.registerKernel(original);
    await tf.setBackend('wasm');
    await tf.setBackend('cpu');
    expect(tf.getKernel('FusedBatchNorm', 'cpu')).not.toBe(original);
    restore();
    expect(tf.getKernel('FusedBatchNorm', 'cpu')).toBe(original);
    register();
  });
});
