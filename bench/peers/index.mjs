import { nodeProgram } from './node-program.mjs';
import { onednn } from './onednn/programs.mjs';
import { openPeer } from './peer.mjs';
import { pytorch } from './pytorch/programs.mjs';

/**
 * The peers of batchnorm that this machine has, started, and those it has not.
 *
 * @typedef {{ name: string, missing: string }} Missing why, and how to install it
 * @returns {Promise<Array<import('./peer.mjs').Peer | Missing>>}
 */
export async function openPeers() {
  const programs = [
    ...pytorch(),
    ...onednn(),
    nodeProgram('onnxruntime-node', 'onnxruntime/child.mjs', ['onnxruntime-node', 'protobufjs']),
    nodeProgram('TensorFlow.js wasm', 'tensorflow-js/child.mjs', [
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-backend-wasm',
    ]),
  ];
  const opened = [];
  for (const program of programs) {
    opened.push(program.missing === undefined ? await openPeer(program) : program);
  }
  return opened;
}
