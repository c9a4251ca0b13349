import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { candidates, findPython } from '../../../scripts/parity/find-torch.mjs';
import { installed } from '../../peers/installed.mjs';
import { nodeProgram } from '../../peers/node-program.mjs';
import { onednnProgram } from '../../peers/onednn/programs.mjs';
import { onnxModel } from './onnx.mjs';
import { openPeer } from './peer.mjs';

const venv = join(installed, 'venv/bin/python');
const pythons = existsSync(venv) ? [...candidates, venv] : candidates;

/**
 * Starts the peers that this machine has; `missing` are the others: why, and how to install them.
 *
 * @param {string} folder for files that are exchanged with them
 */
export async function openPeers(folder) {
  const programs = peerPrograms();
  const participants = [];
  for (const program of programs) {
    if (program.missing === undefined) participants.push(await openPeer(program, folder));
  }
  return { participants, missing: programs.filter(({ missing }) => missing !== undefined) };
}

function peerPrograms() {
  const tensorFlowJs = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];
  const node = (name, script, packages, ...args) =>
    nodeProgram(name, `../accuracy/peers/${script}`, packages, ...args);
  return [
    ...pytorch(),
    onednnProgram('build/peers/onednn-accuracy', 'bench/accuracy/peers/onednn.cc'),
    {
      ...python('onnxruntime', 'onnxruntime_python.py', ['onnxruntime']),
      question: onnxModel,
    },
    {
      ...node('onnxruntime-node', 'onnxruntime-child.mjs', ['onnxruntime-node', 'protobufjs']),
      question: onnxModel,
    },
    python('Flax', 'flax_linen.py', ['jax', 'flax']),
    python('Keras', 'keras_jax.py', ['jax', 'keras']),
    node('TensorFlow.js wasm', 'tensorflow-js-child.mjs', tensorFlowJs, 'wasm'),
    node('TensorFlow.js cpu', 'tensorflow-js-child.mjs', tensorFlowJs, 'cpu'),
  ];
}

/** One thread; and all of them for what may depend on their number, sums over a great many rows. */
function pytorch() {
  const threads = availableParallelism();
  const one = python('PyTorch', 'pytorch.py', ['torch', 'numpy'], '1');
  if (one.missing !== undefined || threads === 1) return [one];
  const all = python('PyTorch', 'pytorch.py', ['torch', 'numpy'], String(threads));
  const isBatch = ({ layer, layout }) => layer === 'batchNormTraining' && layout !== 'contiguous';
  return [one, { ...all, cases: isBatch }];
}

function python(name, script, modules, ...args) {
  const command = findPython(modules, pythons, { env: { ...process.env, ...env } });
  if (command === null) {
    const option = name === 'PyTorch' ? '--pip-torch' : '--python';
    const missing = `no Python with ${modules.join(' and ')}; npm run bench:install-peers -- ${option} installs it`;
    return { name, missing };
  }
  const file = fileURLToPath(new URL(script, import.meta.url));
  return { name, command, args: ['-B', file, ...args], env };
}

// JAX on one thread; and what Keras needs to know before it is even imported.
const env = {
  XLA_FLAGS: '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1',
  KERAS_BACKEND: 'jax',
};
