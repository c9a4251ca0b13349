import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { ArgumentError } from 'batchnorm';
import { batchNormTraining } from '../../lib/tfjs/ops/batch-norm-training';
import { expectRefused } from '../expect-refused';
import './backends';

const epsilon = 1e-3;
const train = (x: tf.Tensor) => tf.tidy(() => batchNormTraining(x, null, null, { epsilon }).y);

/** What a column of 1, 3, 1, 3, ... becomes: its mean is 2 and its variance 1. */
const ends = [-1, 1].map((sign) => Math.fround(sign / Math.sqrt(1 + epsilon)));

const columns = (rows: number, c: number) =>
  tf.tensor2d(
    Float32Array.from({ length: rows * c }, (_, i) => 1 + 2 * (Math.floor(i / c) % 2)),
    [rows, c],
  );

/** What the declarations of its types leave out. */
function wasmModule() {
  const { wasm } = tf.backend() as BackendWasm;
  return wasm as unknown as { readonly HEAPU8: Uint8Array; _malloc: (bytes: number) => number };
}

describe('on the wasm backend', () => {
  beforeAll(() => tf.setBackend('wasm'));

  test('outputs are right where making them moves all memory', () => {
    const wasm = wasmModule();
    const kept: tf.Tensor[] = [];
    let moved = 0;
    for (let round = 0; round < 20 && moved < 2; round++) {
      const x = columns(1024, 2048);
      const { buffer } = wasm.HEAPU8;
      const y = train(x);
      if (wasm.HEAPU8.buffer !== buffer) moved++;
      expect([
        ...y
          .dataSync()
          .filter((_, i) => i % 1024 === 0)
          .slice(0, 4),
      ]).toEqual([ends[0], ends[0], ends[1], ends[1]]);
      kept.push(x, y);
    }
    expect(moved).toBeGreaterThan(0);
    tf.dispose(kept);
  });

  test('where there is no room, that is said and nothing is kept', () => {
    const wasm = wasmModule();
    const x = columns(4, 2);
    const before = tf.memory().numTensors;
    const ids = tf.backend().numDataIds();
    const { _malloc } = wasm;
    wasm._malloc = () => 0;
    try {
      expectRefused(() => train(x), ArgumentError, 'no room for 8 float32 elements');
    } finally {
      wasm._malloc = _malloc;
    }
    expect(tf.memory().numTensors).toBe(before);
    expect(tf.backend().numDataIds()).toBe(ids);
    expect([...train(x).dataSync()].slice(0, 4)).toEqual([ends[0], ends[0], ends[1], ends[1]]);
    x.dispose();
  });

  test('a tensor of the other backend is brought here', async () => {
    await tf.setBackend('cpu');
    const x = columns(4, 2);
    await tf.setBackend('wasm');
    const y = train(x);
    expect([...y.dataSync()].slice(0, 4)).toEqual([ends[0], ends[0], ends[1], ends[1]]);
    tf.dispose([x, y]);
  });
});

describe('on the cpu backend', () => {
  beforeAll(() => tf.setBackend('cpu'));

  test('arrays are used in place, also parts of one', () => {
    const values = Float32Array.from([9, 9, 1, 1, 3, 3, 1, 1, 3, 3]);
    const whole = tf.tensor1d(values);
    const x = tf.reshape(tf.slice(whole, [2], [8]), [4, 2]);
    const { data } = tf.backend() as MathBackendCPU;
    const elements = data.get(x.dataId).values as Float32Array;
    expect(elements.buffer).toBe(values.buffer);
    expect([...train(x).dataSync()].slice(0, 4)).toEqual([ends[0], ends[0], ends[1], ends[1]]);
    expect([...values]).toEqual([9, 9, 1, 1, 3, 3, 1, 1, 3, 3]);
    tf.dispose([whole, x]);
  });

  test('an array of another kind than its tensor says is converted', () => {
    const backend = tf.backend() as MathBackendCPU;
    const values = Float64Array.from([1, 1, 3, 3]) as unknown as Float32Array;
    const info = backend.makeTensorInfo([2, 2], 'float32', values);
    const x = tf.engine().makeTensorFromTensorInfo(info);
    expect([...train(x).dataSync()]).toEqual([ends[0], ends[0], ends[1], ends[1]]);
    x.dispose();
  });
});
