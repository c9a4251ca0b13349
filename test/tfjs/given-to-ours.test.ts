import * as tf from '@tensorflow/tfjs-core';
import {
  ArgumentError,
  asTensor,
  BatchNorm1d,
  functional as F,
  fuse,
  Identity,
  LayerNorm,
  ones,
  Parameter,
  RunningMoments,
  Sequential,
  StateDictError,
  saveNpy,
  saveSafetensors,
  tensor,
  transforms,
  updateBatchNormStats,
} from 'batchnorm';
import { onEachBackend } from './on-each-backend';

onEachBackend(() => {
  const bn = new BatchNorm1d(3);
  const operations = "got a tensor of TensorFlow.js; the operations of 'batchnorm/tfjs' take it";

  /** What takes a tensor of ours, given one of TensorFlow.js. */
  const takers: [string, (x: never) => unknown][] = [
    ['a module', (x) => bn.forward(x)],
    ['a module, off the event loop', (x) => bn.forwardAsync(x)],
    ['a module without a batch', (x) => new LayerNorm(3).forward(x)],
    ['out', (out) => bn.forward(ones([2, 3]), { out })],
    ['a residual', (residual) => bn.forward(ones([2, 3]), { residual })],
    ['backward', (x) => bn.backward(x)],
    ['Sequential', (x) => new Sequential(bn).forward(x)],
    ['Identity', (x) => new Identity().forward(x)],
    ['updateBatchNormStats', (x) => updateBatchNormStats(bn, [x])],
    ['a function', (x) => F.layerNorm(x, 3)],
    ['the weight of a function', (weight) => F.layerNorm(ones([2, 3]), 3, { weight })],
    ['a function off the event loop', (x) => F.batchNormAsync(x, null, null, { training: true })],
    ['moments', (x) => F.moments(x)],
    ['asTensor', (x) => asTensor(x)],
    ['Parameter', (x) => new Parameter(x)],
    ['saveSafetensors', (x) => saveSafetensors('never-written.safetensors', { x })],
    ['saveNpy', (x) => saveNpy('never-written.npy', x)],
    [
      'foldBatchNorm',
      (x) => fuse.foldBatchNorm({ weight: x }, new BatchNorm1d(3).eval(), { kind: 'linear' }),
    ],
  ];

  test.each(takers)('%s says who takes it', async (_, take) => {
    const x = tf.ones([2, 3]);
    const before = bn.stateDict();
    for (const given of [x, tf.variable(x)]) {
      const call = async () => take(given as never);
      await expect(call()).rejects.toBeInstanceOf(ArgumentError);
      await expect(call()).rejects.toThrow(operations);
    }
    expect(bn.stateDict()).toEqual(before);
    tf.disposeVariables();
    x.dispose();
  });

  test('loadStateDict says it of the key', () => {
    const weight = tf.ones([3]) as never;
    const load = () => bn.loadStateDict({ ...bn.stateDict(), weight });
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(operations);
  });

  test.each<[string, (x: never) => unknown]>([
    ['Normalize', (x) => new transforms.Normalize([0.5], [0.5]).forward(x)],
    ['RunningMoments', (x) => new RunningMoments(1).update(x)],
  ])('%s says how its values go in', (_, take) => {
    const x = tf.ones([1, 2, 3]) as never;
    expect(() => take(x)).toThrow(ArgumentError);
    expect(() => take(x)).toThrow(
      'got a tensor of TensorFlow.js: pass its values, { data: x.dataSync(), shape: x.shape }',
    );
  });

  test.each<[string, (x: never) => unknown]>([
    ['tensor', (x) => tensor(x)],
    ['tensor of some', (x) => tensor([x])],
    [
      'grad',
      (x) => {
        (bn.weight as Parameter).grad = x;
      },
    ],
  ])('%s calls it what it is', (_, take) => {
    expect(() => take(tf.ones([3]) as never)).toThrow('got a tensor of TensorFlow.js');
  });

  test('its values are taken, as every error says', () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    expect(asTensor({ data: x.dataSync<'float32'>(), shape: x.shape }).toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    x.dispose();
  });
});
