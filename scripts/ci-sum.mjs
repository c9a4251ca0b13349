// The last line of .ci/run: the counts of all that it ran together.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude } from './checks/tally.mjs';
import { root } from './root.mjs';

const names = ['test', 'sanitize', 'sanitize-thread', 'sanitize-addon', 'fuzz'];
// Not everywhere: it needs much memory, and says so where it did not run.
if (existsSync(resultOf('test-huge'))) names.push('test-huge');

function resultOf(name) {
  return join(root, 'build/results', `${name}.json`);
}

function counts(name) {
  try {
    return JSON.parse(readFileSync(resultOf(name), 'utf8'));
  } catch {
    console.error(`npm run ${name.replace('-', ':')} ended before it counted anything`);
    return { passed: 0, failed: 1 };
  }
}

conclude('ci', names.map(counts));
