// npm run bench:install-peers: what npm run bench and npm run accuracy measure besides us, in build/peers.
//   npm run bench:install-peers [-- OPTIONS]
//     --pip-torch    pip's PyTorch instead of the system's
//     --python       onnxruntime, Flax and Keras too, which accuracy alone measures
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { onednn, pytorch } from './setup/needs.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

const flag = { type: 'boolean', default: false };
const { values } = parseArgs({ options: { 'pip-torch': flag, python: flag } });
const folder = join(root, 'build/peers');

mkdirSync(folder, { recursive: true });
for (const file of ['package.json', 'package-lock.json']) {
  copyFileSync(join(root, 'bench/peers/node-packages', file), join(folder, file));
}
console.log('Installing Node packages in build/peers');
// Their scripts would download what we do not use: CUDA.
run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
const pythonPackages = [
  ...(values['pip-torch'] ? ['torch', 'numpy'] : []),
  ...(values.python ? ['onnxruntime', 'jax', 'flax', 'keras'] : []),
];
if (pythonPackages.length > 0) {
  console.log(`Installing ${pythonPackages.join(', ')} in build/peers/venv`);
  run('python3', ['-m', 'venv', join(folder, 'venv')]);
  run(join(folder, 'venv/bin/python'), ['-m', 'pip', 'install', '--upgrade', ...pythonPackages]);
}
ensureSystemPackages(values['pip-torch'] ? onednn : [...onednn, ...pytorch]);
