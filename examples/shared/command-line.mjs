import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Runs `npx batchnorm` with these arguments, its output shown; returns its exit code, null where a signal ended it. */
export function batchnorm(...args) {
  const manifest = createRequire(import.meta.url).resolve('batchnorm/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const program = join(dirname(manifest), bin.batchnorm);
  const { status } = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit' });
  return status;
}
