import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSanitized, sanitized } from '../checks/sanitized.mjs';
import { root } from '../root.mjs';

/** The families of operations, each of which is an executable. */
function families() {
  return readdirSync(join(root, 'fuzz/kernels'))
    .filter((file) => file.endsWith('.cc'))
    .map((file) => file.slice(0, -'.cc'.length));
}

/**
 * Runs each family first with the seeds that are kept, then for its share of the time with whatever
 * libFuzzer makes of those and of what it found before, in build/fuzz/.
 */
export function kernels(seconds, seed) {
  if (!buildSanitized('batchnorm_fuzzers')) return [{ passed: 0, failed: 1 }];
  const all = families();
  return all.flatMap((family) => [kept(family), searched(family, seconds / all.length, seed)]);
}

const program = (family) => join(root, sanitized, `fuzz_${family}`);
const seeds = (family) => join('fuzz/corpus', family);

function kept(family) {
  const files = readdirSync(join(root, seeds(family))).map((file) => join(seeds(family), file));
  const { status, stderr } = run(family, files);
  console.log(`${family}: ${files.length} kept inputs ${status === 0 ? 'pass' : 'fail'}`);
  return verdict(status === 0, stderr);
}

function searched(family, seconds, seed) {
  const found = join('build/fuzz/found', family);
  const failures = 'build/fuzz/failures/';
  for (const folder of [found, failures]) mkdirSync(join(root, folder), { recursive: true });
  const { status, stderr } = run(family, [
    `-max_total_time=${Math.max(1, Math.round(seconds))}`,
    `-seed=${seed}`,
    '-len_control=0',
    '-max_len=1024',
    '-print_funcs=0',
    '-print_final_stats=1',
    `-artifact_prefix=${failures}${family}-`,
    found,
    seeds(family),
  ]);
  const calls = /number_of_executed_units:\s*(\d+)/.exec(stderr)?.[1] ?? 'no';
  console.log(`${family}: ${calls} random inputs with seed ${seed}`);
  const input = /Test unit written to (\S+)/.exec(stderr)?.[1];
  if (input !== undefined && existsSync(join(root, input))) {
    console.error(`Again: ${join(sanitized, `fuzz_${family}`)} ${input}`);
    console.error(`To keep it as a test: mv ${input} ${seeds(family)}/`);
  }
  return verdict(status === 0, stderr);
}

function run(family, args) {
  return spawnSync(program(family), args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
}

function verdict(passes, printed) {
  if (passes) return { passed: 1, failed: 0 };
  console.error(printed.split('\n').slice(-60).join('\n'));
  return { passed: 0, failed: 1 };
}
