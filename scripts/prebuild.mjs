// npm run prebuild: prebuilds/<platform>-<arch>/ with the addon and the libhwy it was linked to.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { run } from './run.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

setUp(building);

// prebuildify moves the addon out of build/Release: it gets a folder of its own to work in.
const stage = join(root, 'build/prebuild');
rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
copyFileSync(join(root, 'package.json'), join(stage, 'package.json'));
rmSync(join(root, 'prebuilds', `${process.platform}-${process.arch}`), {
  recursive: true,
  force: true,
});
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
