// npm's prepare, in a clone and where npm installs from git: makes dist/, and keeps the addon for the
// package if the install script could build one. It installs none of the system's packages.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { ensureDist } from './setup/dist.mjs';
import { ensurePrebuild } from './setup/prebuilds.mjs';

if (existsSync(join(root, 'node_modules/typescript'))) {
  ensureDist();
  ensurePrebuild();
} else {
  console.warn('batchnorm: dist/ is not compiled, for the development packages are not installed');
}
