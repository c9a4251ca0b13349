// TensorFlow.js as a peer of the bench: its WebAssembly backend, with SIMD, one thread.
import { dirname } from 'node:path';
import { answer } from '../answer.mjs';
import { requirePeer } from '../installed.mjs';
import { caseValues } from '../values.mjs';

const tf = requirePeer('@tensorflow/tfjs');
const wasm = requirePeer('@tensorflow/tfjs-backend-wasm');

wasm.setWasmPaths(`${dirname(requirePeer.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
await tf.setBackend('wasm');
if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('no SIMD here');

await answer(() => ({ version: tf.version.tfjs, threads: 1 }), prepare);

function prepare({ shape, dtype, memoryFormat, eps, values }) {
  const nothing = { passes: {}, release() {} };
  if (dtype !== 'float32') return { ...nothing, leftOut: 'TensorFlow.js has float32 alone' };
  if (memoryFormat === 'contiguous' && shape.length > 2) {
    return { ...nothing, leftOut: "TensorFlow.js's only layout is channels last" };
  }
  const valuesOf = caseValues({ shape, dtype, values });
  const order = inOrder(shape);
  const x = tf.tensor(valuesOf('input'), order);
  const gradOutput = tf.tensor(valuesOf('gradOutput'), order);
  const parameters = ['weight', 'bias', 'runningMean', 'runningVar'];
  const [weight, bias, mean, variance] = parameters.map((name) => tf.tensor1d(valuesOf(name)));

  const evaluate = () => tf.batchNorm(x, mean, variance, bias, weight, eps);
  const train = () => forward(x, weight, bias, eps);
  // tf.grads runs the forward pass too; `from`, its end, is where the backward pass begins.
  const backward = () => {
    let from;
    const traced = (...inputs) => {
      const y = forward(...inputs, eps);
      from = performance.now();
      return y;
    };
    const gradients = tf.grads(traced)([x, weight, bias], gradOutput);
    return { gradients, ms: performance.now() - from };
  };
  return {
    passes: {
      eval: forwardPass(evaluate),
      training: forwardPass(train),
      backward: {
        time(calls) {
          let ms = 0;
          for (let call = 0; call < calls; call++) {
            const { gradients, ms: elapsed } = backward();
            ms += elapsed;
            tf.dispose(gradients);
          }
          return ms / calls;
        },
        result() {
          const { gradients } = backward();
          const [gradInput, gradWeight, gradBias] = gradients.map(listed);
          return { gradInput, gradWeight, gradBias };
        },
      },
    },
    leftOut: '',
    release: () => tf.dispose([x, gradOutput, weight, bias, mean, variance]),
  };
}

/** TensorFlow.js has no op for it: moments, then batchNorm with them. */
function forward(x, weight, bias, eps) {
  const axes = x.shape.slice(0, -1).keys();
  const { mean, variance } = tf.moments(x, [...axes]);
  return tf.batchNorm(x, mean, variance, bias, weight, eps);
}

function forwardPass(run) {
  return {
    time(calls) {
      const start = performance.now();
      for (let call = 0; call < calls; call++) tf.dispose(tf.tidy(run));
      return (performance.now() - start) / calls;
    },
    result: () => ({ output: listed(tf.tidy(run)) }),
  };
}

function listed(tensor) {
  const values = Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
}

/** The shape in memory order; batchNorm takes four dimensions at most, so depth joins height. */
function inOrder([n, c, ...spatial]) {
  if (spatial.length < 3) return [n, ...spatial, c];
  const [depth, height, width] = spatial;
  return [n, depth * height, width, c];
}
