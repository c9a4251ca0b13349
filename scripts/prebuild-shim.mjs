#!/usr/bin/env node
// Stands where prebuildify expects node-gyp: takes node-gyp's options, runs cmake-js with its own,
// and leaves what was built in build/Release of the current folder.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';
import { run } from './run.mjs';

const { values } = parseArgs({
  strict: false,
  options: {
    target: { type: 'string' },
    arch: { type: 'string' },
    runtime: { type: 'string', default: 'node' },
  },
});
const { target, arch, runtime } = values;
const out = join(root, arch === process.arch ? 'build' : `build/${arch}`);
run(process.execPath, [
  join(root, 'node_modules/cmake-js/bin/cmake-js'),
  'build',
  `--directory=${root}`,
  `--out=${out}`,
  `--arch=${arch}`,
  `--runtime=${runtime}`,
  `--runtime-version=${target}`,
]);
cpSync(join(out, 'Release'), 'build/Release', { recursive: true });
