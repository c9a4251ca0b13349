import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Runs `npx batchnorm` with these arguments, its output shown; returns its exit code, null where a signal ended it. */
export function batchnorm(...args) {
  return spawnSync(process.execPath, [program(), ...args], { stdio: 'inherit' }).status;
}

/** The same, for what is interrupted: it ends when the command has, which saves and says so first. */
export async function batchnormUntilStopped(...args) {
  const child = spawn(process.execPath, [program(), ...args], { stdio: 'inherit' });
  // Ctrl-C comes to the command by itself, as to all that the terminal runs.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const [status] = await once(child, 'close');
  return status;
}

function program() {
  const manifest = createRequire(import.meta.url).resolve('batchnorm/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(dirname(manifest), bin.batchnorm);
}
