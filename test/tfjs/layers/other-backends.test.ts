import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  registerBackend,
  setBackend,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { layers as tfLayers } from '@tensorflow/tfjs-layers';
import { ArgumentError, manualSeed } from 'batchnorm';
import { layers, restore } from 'batchnorm/tfjs';
import '../backends';
import { normal } from './models';

beforeAll(async () => {
  restore();
  registerBackend('elsewhere', () => new MathBackendCPU());
  copyRegisteredKernels('cpu', 'elsewhere');
  expect(await setBackend('elsewhere')).toBe(true);
});

test.each(['batchNormalization', 'layerNormalization'] as const)(
  '%s does what that of TensorFlow.js does on a backend whose memory is out of reach',
  (name) => {
    manualSeed(2);
    const x = normal([4, 5, 3]);
    const [ours, own] = [layers, tfLayers].map((from) => {
      const layer = from[name]();
      const passes = [true, false].map((training) => layer.apply(x, { training }) as Tensor);
      return [...passes, ...layer.getWeights()].map((values) => values.arraySync());
    });
    expect(ours).toEqual(own);
  },
);

test('groupNormalization, which TensorFlow.js has not, names the backend that it is on', () => {
  const layer = layers.groupNormalization({ groups: 1 });
  const call = () => layer.apply(normal([4, 3]));
  expect(call).toThrow(ArgumentError);
  expect(call).toThrow("runs on its backend 'elsewhere', whose memory is out of reach");
});
