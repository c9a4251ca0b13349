import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../root.mjs';
import { outcome, output, succeeds } from '../run.mjs';
import { isConfigured } from '../setup/cmake-folder.mjs';

// Each runs every nth case.
const shards = 2;

/**
 * Builds the kernels' tests in `folder` and runs them, for every target the processor has;
 * `target` has to be one of them. `emulator` runs programs of another processor.
 */
export async function googleTest(folder, { cmakeArgs = [], emulator = [], target } = {}) {
  console.log(`\nGoogleTest (${folder})`);
  const reports = Array.from({ length: shards }, (_, i) => join(root, folder, `gtest-${i}.json`));
  for (const report of reports) rmSync(report, { force: true });
  mkdirSync(dirname(reports[0]), { recursive: true });
  const configure = ['-S', '.', '-B', folder, '-DBATCHNORM_BUILD_TESTS=ON'];
  const build = ['--build', folder, '--target', 'batchnorm_tests', '--parallel', '2'];
  const built =
    succeeds('cmake', [...configure, ...generator(folder), ...cmakeArgs]) &&
    succeeds('cmake', build);
  const command = [...emulator, join(root, folder, 'batchnorm_tests')];
  const ran = built && (await runShards(command, reports));
  const cases = reports.map(casesIn);
  const found = cases.filter((of) => of !== null).flat();
  return count(found, ran && !cases.includes(null), target);
}

/** Whether all of them succeed. */
async function runShards([program, ...args], reports) {
  const outcomes = await Promise.all(
    reports.map((report, i) =>
      outcome(program, [...args, `--gtest_output=json:${report}`], {
        env: { ...process.env, GTEST_TOTAL_SHARDS: shards, GTEST_SHARD_INDEX: i },
      }),
    ),
  );
  for (const { printed } of outcomes) console.log(printed);
  return outcomes.every(({ succeeded }) => succeeded);
}

/** Ninja where it is there, unless the folder was configured before: CMake allows no change. */
export function generator(folder) {
  if (isConfigured(folder)) return [];
  return output('ninja', ['--version']) === null ? [] : ['-G', 'Ninja'];
}

/** Those of one shard; null where it has left no report. */
function casesIn(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8')).testsuites.flatMap((s) => s.testsuite);
  } catch {
    console.error('GoogleTest has left no report: it did not build, or it did not end.');
    return null;
  }
}

/** A case passes when it ran to its end without a failure; a skipped one has not passed. */
function count(cases, complete, target) {
  const passed = cases.filter((c) => c.result === 'COMPLETED' && !c.failures).length;
  const missing = target !== undefined && !cases.some(({ name }) => name.endsWith(`/${target}`));
  if (missing) console.error(`No case has run for the target ${target}.`);
  const failed = cases.length - passed + (missing ? 1 : 0);
  return { passed, failed: complete ? failed : Math.max(failed, 1) };
}
