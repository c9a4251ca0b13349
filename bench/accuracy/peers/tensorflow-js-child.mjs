// TensorFlow.js, as npm run accuracy asks it: its layers, on the backend that the argument names.
import { dirname } from 'node:path';
import { answerLines } from '../../peers/answer.mjs';
import { requirePeer } from '../../peers/installed.mjs';
import { readArray, writeArrays } from './exchange.mjs';

const tf = requirePeer('@tensorflow/tfjs');
const [, , backend] = process.argv;
if (backend === 'wasm') {
  const wasm = requirePeer('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(requirePeer.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
}
await tf.setBackend(backend);

const makers = {
  batchNormTraining: (eps) => tf.layers.batchNormalization({ epsilon: eps, momentum: 0 }),
  batchNormEval: (eps) => tf.layers.batchNormalization({ epsilon: eps }),
  layerNorm: (eps, sample) => tf.layers.layerNormalization({ epsilon: eps, axis: sample }),
};

await answerLines({
  about: () => ({ version: tf.version.tfjs, threads: 1, biasedRunningVar: true }),
  run,
});

function run({ layer, layout, shape, eps, files, folder }) {
  const make = makers[layer];
  if (make === undefined) throw new Error('TensorFlow.js has no such layer');
  const perElement = layer === 'layerNorm';
  if (layout === 'contiguous' || (perElement && layout === 'channelsLast')) {
    throw new Error("TensorFlow.js's layout is channels last, and LayerNorm's is of (N, C) here");
  }
  const [n, c, ...spatial] = shape;
  const longest = backend === 'wasm' ? 1e4 : 1e6;
  if (perElement && c > longest) {
    throw new Error(
      `LayerNorm of rows longer than ${longest.toLocaleString('en')} takes many minutes`,
    );
  }
  const order = [n, ...spatial, c];
  const read = (name, like = order) => tf.tensor(readArray(files[name]), like);
  const training = layer === 'batchNormTraining';
  return tf.tidy(() => {
    const x = read('input');
    const gradOutput = read('gradOutput');
    const made = make(eps, [1]);
    made.build(order);
    const names = ['weight', 'bias', ...(perElement ? [] : ['runningMean', 'runningVar'])];
    made.setWeights(names.map((name) => read(name, [c])));
    const forward = (input) => made.apply(input, { training });
    const output = forward(x);
    const results = { output, gradInput: tf.grad(forward)(x, gradOutput) };
    const { grads } = tf.variableGrads(() => tf.sum(tf.mul(forward(x), gradOutput)));
    const [gamma, beta] = made.trainableWeights.map(({ name }) =>
      Object.entries(grads).find(([each]) => each === name || each.startsWith(`${name}_`)),
    );
    results.gradWeight = gamma[1];
    results.gradBias = beta[1];
    if (training) [, , results.runningMean, results.runningVar] = made.getWeights();
    const arrays = Object.entries(results).map(([name, tensor]) => [name, tensor.dataSync()]);
    for (const weight of made.weights) weight.dispose();
    return { results: writeArrays(folder, Object.fromEntries(arrays)) };
  });
}
