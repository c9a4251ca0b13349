import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { run } from '../run.mjs';
import { unlessMade } from './stamp.mjs';

const folder = 'examples/serving';
// There `batchnorm` is this repository, as by `npm link`: what has a package.json of its own does not
// find the one around it.
const link = `${folder}/node_modules/batchnorm`;

/** Installs what examples/serving needs, in its own node_modules, where it is absent or other. */
export function ensureServingPackages() {
  unlessMade(link, [`${folder}/package-lock.json`], () => {
    console.log(`Installing the Node packages of ${folder}`);
    // onnxruntime-node's own script would download what is not used: CUDA.
    const options = ['--ignore-scripts', '--no-audit', '--no-fund'];
    run('npm', ['ci', ...options], { cwd: join(root, folder) });
    if (!existsSync(join(root, link))) symlinkSync(root, join(root, link), 'junction');
  });
}
