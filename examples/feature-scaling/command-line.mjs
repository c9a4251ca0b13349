import { basename } from 'node:path';
import { batchnorm } from '../shared/command-line.mjs';

/** What `npx batchnorm stats` prints of a file. */
export function printStats(path) {
  console.log(`$ npx batchnorm stats ${basename(path)}`);
  const status = batchnorm('stats', path);
  if (status !== 0) throw new Error(`batchnorm stats ended with ${status}`);
}
