import {
  memory,
  mul,
  ones,
  type Scalar,
  sum,
  type Tensor,
  tensor,
  type Variable,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { layers as tfLayers } from '@tensorflow/tfjs-layers';
import { BatchNorm3d, manualSeed, Tensor as OurTensor } from 'batchnorm';
import { layers, restore, toModule } from 'batchnorm/tfjs';
import { onEachBackend } from '../on-each-backend';
import { type Layer, normal } from './models';

// What ours is compared with is TensorFlow.js alone.
beforeAll(restore);

onEachBackend(() => {
  test('of rank 5 is what BatchNorm3d makes of the same elements', () => {
    manualSeed(3);
    const [n, d, h, w, c] = [2, 3, 4, 2, 5] as const;
    const x = variable(normal([n, d, h, w, c]));
    const dy = normal([n, d, h, w, c]);
    const layer = layers.batchNormalization({ epsilon: 0.01, momentum: 0.6 });
    layer.build([n, d, h, w, c]);
    layer.setWeights([normal([c]), normal([c]), normal([c]), ones([c])]);
    const module = toModule(layer) as BatchNorm3d;
    expect(module).toBeInstanceOf(BatchNorm3d);
    const toOurs = (of: Tensor) =>
      new OurTensor(Float32Array.from(of.dataSync()), [n, c, d, h, w], 'channelsLast');

    expectElements(layer.apply(x) as Tensor, module.eval().forward(toOurs(x)));
    module.train();
    const y = layer.apply(x, { training: true }) as Tensor;
    expectElements(y, module.forward(toOurs(x)));
    const [gamma, beta, mean, variance] = layer.weights.map((weight) => weight.read()) as [
      Variable,
      Variable,
      Variable,
      Variable,
    ];
    const { runningMean, runningVar, weight, bias } = module;
    // The layer averages in float32 as TensorFlow.js does, in three operations; values are below 4.
    for (const [moving, running] of [
      [mean, runningMean],
      [variance, runningVar],
    ] as const) {
      for (const [i, value] of moving.dataSync().entries()) {
        expect(Math.abs(value - (running?.data[i] as number))).toBeLessThan(3 * 2.4e-7);
      }
    }

    const loss = () => sum(mul(layer.apply(x, { training: true }) as Tensor, dy)) as Scalar;
    const { grads } = variableGrads(loss, [x, gamma, beta]);
    expectElements(grads[x.name] as Tensor, module.backward(toOurs(dy)));
    expectElements(grads[gamma.name] as Tensor, weight?.grad as OurTensor);
    expectElements(grads[beta.name] as Tensor, bias?.grad as OurTensor);
  });

  test('of one value per channel is beta in training, and moves as its own does', () => {
    const x = tensor([[3, -4]]);
    const results = [layers, tfLayers].map(({ batchNormalization }) => {
      const layer = batchNormalization({ betaInitializer: 'ones' });
      const y = layer.apply(x, { training: true }) as Tensor;
      return [y, ...layer.getWeights()].map((value) => value.arraySync());
    });
    expect(results[0]).toEqual(results[1]);
    expect(results[0]?.[0]).toEqual([[1, 1]]);
  });

  test('of an empty batch is empty and moves nothing', () => {
    const layer = layers.batchNormalization();
    const y = layer.apply(zeros([0, 4, 3]), { training: true }) as Tensor;
    expect(y.shape).toEqual([0, 4, 3]);
    expect((layer.apply(zeros([0, 4, 3])) as Tensor).shape).toEqual([0, 4, 3]);
    expect(arrays(layer)).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  test('calculates in float32 whatever it is fed', () => {
    const layer = layers.batchNormalization({ epsilon: 0 });
    const y = layer.apply(tensor([[1], [3]], [2, 1], 'int32'), { training: true }) as Tensor;
    expect(y.dtype).toBe('float32');
    expect(y.arraySync()).toEqual([[-1], [1]]);
  });

  test('leaves no tensors but its weights', () => {
    const layer = layers.batchNormalization();
    const x = normal([4, 3]);
    const { numTensors } = memory();
    for (const training of [true, false]) (layer.apply(x, { training }) as Tensor).dispose();
    expect(memory().numTensors).toBe(numTensors + 4);
    layer.dispose();
    expect(memory().numTensors).toBe(numTensors);
  });
});

function expectElements(of: Tensor, { data }: OurTensor): void {
  expect([...of.dataSync()]).toEqual([...data]);
}

function arrays(layer: Layer): unknown[] {
  return layer.getWeights().map((weight) => weight.arraySync());
}
