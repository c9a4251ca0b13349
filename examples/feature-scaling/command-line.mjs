import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** What `npx batchnorm stats` prints of a file. */
export function printStats(path) {
  const manifest = createRequire(import.meta.url).resolve('batchnorm/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  console.log(`$ npx batchnorm stats ${basename(path)}`);
  const program = join(dirname(manifest), bin.batchnorm);
  const { status } = spawnSync(process.execPath, [program, 'stats', path], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`batchnorm stats ended with ${status}`);
}
