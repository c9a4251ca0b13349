import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { ArgumentError } from 'batchnorm';
import { batchNormTraining } from '../../lib/tfjs/ops/batch-norm-training';
import { expectRefused } from '../expect-refused';
import './backends';

const epsilon = 1e-3;
const train = (x: tf.Tensor) => tf.tidy(() => batchNormTraining(x, null, null, { epsilon }).y);

/** What a column of 1, 1, 3, 3 becomes: its mean is 2 and its variance 1. */
const [low, high] = [-1, 1].map((sign) => Math.fround(sign / Math.sqrt(1 + epsilon)));

/** Such columns: rows of ones, then as many of threes. */
function columns(rows: number, c: number): tf.Tensor2D {
  const values = new Float32Array(rows * c).fill(1, 0, (rows / 2) * c).fill(3, (rows / 2) * c);
  return tf.tensor2d(values, [rows, c]);
}

/** The first column of the rows that are to be `low`, `low`, `high` and `high`. */
function some(y: tf.Tensor): number[] {
  const rows = y.shape[0] as number;
  const picked = [0, rows / 2 - 1, rows / 2, rows - 1];
  return picked.map((row) => tf.tidy(() => tf.slice(y, [row, 0], [1, 1]).dataSync()[0] as number));
}

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
      expect(some(y)).toEqual([low, low, high, high]);
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
    expect(some(train(x))).toEqual([low, low, high, high]);
    x.dispose();
  });

  test('a tensor of the other backend is brought here', async () => {
    await tf.setBackend('cpu');
    const x = columns(4, 2);
    await tf.setBackend('wasm');
    const y = train(x);
    expect(some(y)).toEqual([low, low, high, high]);
    tf.dispose([x, y]);
  });
});

describe('on the cpu backend', () => {
  beforeAll(() => tf.setBackend('cpu'));

  test('arrays are used in place, also parts of one', () => {
    const values = Float32Array.from([9, 9, 1, 1, 1, 1, 3, 3, 3, 3]);
    const whole = tf.tensor1d(values);
    const x = tf.reshape(tf.slice(whole, [2], [8]), [4, 2]);
    const { data } = tf.backend() as MathBackendCPU;
    const elements = data.get(x.dataId).values as Float32Array;
    expect(elements.buffer).toBe(values.buffer);
    expect(some(train(x))).toEqual([low, low, high, high]);
    expect([...values]).toEqual([9, 9, 1, 1, 1, 1, 3, 3, 3, 3]);
    tf.dispose([whole, x]);
  });

  test('an array of another kind than its tensor says is converted', () => {
    const backend = tf.backend() as MathBackendCPU;
    const values = Float64Array.from([1, 1, 3, 3]) as unknown as Float32Array;
    const info = backend.makeTensorInfo([2, 2], 'float32', values);
    const x = tf.engine().makeTensorFromTensorInfo(info);
    expect([...train(x).dataSync()]).toEqual([low, low, high, high]);
    x.dispose();
  });
});
