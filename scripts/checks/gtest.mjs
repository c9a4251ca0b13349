import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../root.mjs';
import { output, succeeds } from '../run.mjs';
import { isConfigured } from '../setup/cmake-folder.mjs';

/**
 * Builds the kernels' tests in `folder` and runs them, for every target the processor has;
 * `target` has to be one of them. `emulator` runs programs of another processor.
 */
export function googleTest(folder, { cmakeArgs = [], emulator = [], target } = {}) {
  console.log(`\nGoogleTest (${folder})`);
  const report = join(root, folder, 'gtest.json');
  rmSync(report, { force: true });
  mkdirSync(dirname(report), { recursive: true });
  const configure = ['-S', '.', '-B', folder, '-DBATCHNORM_BUILD_TESTS=ON'];
  const build = ['--build', folder, '--target', 'batchnorm_tests', '--parallel', '2'];
  const [program, ...args] = [
    ...emulator,
    join(root, folder, 'batchnorm_tests'),
    `--gtest_output=json:${report}`,
  ];
  const ran =
    succeeds('cmake', [...configure, ...generator(folder), ...cmakeArgs]) &&
    succeeds('cmake', build) &&
    succeeds(program, args);
  return count(casesIn(report), ran, target);
}

/** Ninja where it is there, unless the folder was configured before: CMake allows no change. */
function generator(folder) {
  if (isConfigured(folder)) return [];
  return output('ninja', ['--version']) === null ? [] : ['-G', 'Ninja'];
}

function casesIn(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testsuites.flatMap((s) => s.testsuite);
  } catch {
    console.error('GoogleTest has left no report: it did not build, or it did not end.');
    return [];
  }
}

/** A case passes when it ran to its end without a failure; a skipped one has not passed. */
function count(cases, ran, target) {
  const passed = cases.filter((c) => c.result === 'COMPLETED' && !c.failures).length;
  const missing = target !== undefined && !cases.some(({ name }) => name.endsWith(`/${target}`));
  if (missing) console.error(`No case has run for the target ${target}.`);
  const failed = cases.length - passed + (missing ? 1 : 0);
  return { passed, failed: ran ? failed : Math.max(failed, 1) };
}
