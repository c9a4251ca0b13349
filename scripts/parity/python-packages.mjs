import { delimiter, join } from 'node:path';
import { root } from '../root.mjs';
import { output, run } from '../run.mjs';

const folder = join(root, 'build/parity');
const packages = ['numpy', 'safetensors'];

/** The environment in which a Python that has PyTorch finds what reads and writes checkpoints too. */
export function withPackages(python) {
  const { PYTHONPATH } = process.env;
  const paths = [folder, PYTHONPATH].filter(Boolean);
  const env = { ...process.env, PYTHONPATH: paths.join(delimiter) };
  const missing = packages.filter(
    (name) => output(python, ['-c', `import ${name}`], { env }) === null,
  );
  if (missing.length > 0) {
    console.log(`Installing ${missing.join(' and ')} in build/parity`);
    run(python, ['-m', 'pip', 'install', '--quiet', '--target', folder, ...missing]);
  }
  return env;
}
