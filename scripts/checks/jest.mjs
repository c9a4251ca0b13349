import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../root.mjs';
import { succeeds } from '../run.mjs';

/** Runs the tests of test/. */
export function jest() {
  console.log('\njest');
  const report = join(root, 'build/results/jest.json');
  rmSync(report, { force: true });
  mkdirSync(dirname(report), { recursive: true });
  const ran = succeeds(process.execPath, [
    'node_modules/jest/bin/jest.js',
    '--json',
    `--outputFile=${report}`,
  ]);
  return count(report, ran);
}

/** Whatever did not pass counts as failed: skipped ones, and files that did not even load. */
function count(report, ran) {
  let result;
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.error('jest has left no report.');
    return { passed: 0, failed: 1 };
  }
  const passed = result.numPassedTests;
  const failed = result.numTotalTests - passed + result.numRuntimeErrorTestSuites;
  return { passed, failed: ran ? failed : Math.max(failed, 1) };
}
