import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';

/**
 * Whether `folder` was configured to its end, from this place. What an attempt that failed or a
 * moved checkout has left there is removed: CMake would take it for its own.
 */
export function isConfigured(folder) {
  const inFolder = (name) => join(root, folder, name);
  const done = ['build.ninja', 'Makefile'].some((file) => existsSync(inFolder(file)));
  if (done && sourceOf(inFolder('CMakeCache.txt')) === root) return true;
  for (const name of ['CMakeCache.txt', 'CMakeFiles', 'build.ninja', 'Makefile']) {
    rmSync(inFolder(name), { recursive: true, force: true });
  }
  return false;
}

function sourceOf(cache) {
  if (!existsSync(cache)) return null;
  return /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1] ?? null;
}
