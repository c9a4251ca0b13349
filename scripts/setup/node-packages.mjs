import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { run } from '../run.mjs';
import { unlessMade } from './stamp.mjs';

/** Installs the packages of package-lock.json where they are absent or others. */
export function ensureNodePackages() {
  // npm would empty the folder that a link leads to, which is another checkout's.
  if (isLink(join(root, 'node_modules'))) return;
  unlessMade('node_modules', ['package-lock.json'], () => {
    console.log('Installing the Node packages');
    // Ours is built by the next step, and no package we use needs its own install script.
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  });
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
