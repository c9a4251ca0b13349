// The last line of .ci/run: the counts of `npm test` and `npm run sanitize` together.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude } from './checks/tally.mjs';
import { root } from './root.mjs';

function counts(name) {
  try {
    return JSON.parse(readFileSync(join(root, 'build/results', `${name}.json`), 'utf8'));
  } catch {
    console.error(`npm run ${name} ended before it counted anything`);
    return { passed: 0, failed: 1 };
  }
}

conclude('ci', ['test', 'sanitize'].map(counts));
