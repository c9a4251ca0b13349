import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { run } from '../run.mjs';

const here = join(root, 'prebuilds', `${process.platform}-${process.arch}`);

/** Keeps an addon that has been built in build/Release for the package too, which leaves that out. */
export function ensurePrebuild() {
  if (existsSync(join(root, 'build/Release/batchnorm.node')) && !existsSync(here)) makePrebuild();
}

/** Makes prebuilds/<platform>-<arch>/ with the addon and the libhwy that it was linked to. */
export function makePrebuild() {
  // prebuildify moves the addon out of build/Release: it gets a folder of its own to work in.
  const stage = join(root, 'build/prebuild');
  rmSync(stage, { recursive: true, force: true });
  mkdirSync(stage, { recursive: true });
  copyFileSync(join(root, 'package.json'), join(stage, 'package.json'));
  rmSync(here, { recursive: true, force: true });
  run(process.execPath, [
    'node_modules/prebuildify/bin.js',
    '--napi',
    '--strip',
    '--tag-libc',
    `--cwd=${stage}`,
    `--out=${root}`,
    `--target=node@${process.versions.node}`,
    `--node-gyp=${join(root, 'scripts/prebuild-shim.mjs')}`,
  ]);
}
