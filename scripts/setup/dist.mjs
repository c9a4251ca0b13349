import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { run } from '../run.mjs';
import { unlessMade } from './stamp.mjs';

/** Compiles lib/ to dist/ where it has changed. */
export function ensureDist() {
  const sources = [
    'lib',
    'scripts/bundle.mjs',
    'scripts/bundle',
    'tsconfig.json',
    'tsconfig.build.json',
    'package-lock.json',
  ];
  unlessMade('dist', sources, () => {
    console.log('Compiling lib/ to dist/');
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
    run(process.execPath, ['scripts/bundle.mjs']);
  });
}
