import { dirname, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { setBackend } from '@tensorflow/tfjs-core';

/** Makes TensorFlow.js compute in this thread with its wasm backend, from its package's own files. */
export async function startBackend(): Promise<void> {
  setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  if (!(await setBackend('wasm')))
    throw new Error('the wasm backend of TensorFlow.js did not start');
}
