import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { getNumThreads, info } from 'batchnorm';

const root = join(__dirname, '..');

/** What `info()` says in a process of its own, on dist/, with BATCHNORM_SIMD set. */
function inProcess(simd: string): { status: number | null; stdout: string; stderr: string } {
  const script = `console.log(JSON.stringify(require('batchnorm').info()))`;
  const env = { ...process.env, BATCHNORM_SIMD: simd };
  return spawnSync(process.execPath, ['-e', script], { cwd: root, env, encoding: 'utf8' });
}

test('info says what runs here', () => {
  const { version, simdTarget, simdTargets, threads, addon, napi } = info();
  expect(version).toBe(require('../package.json').version);
  expect(simdTargets).toContain(simdTarget);
  expect(new Set(simdTargets).size).toBe(simdTargets.length);
  expect(threads).toBe(getNumThreads());
  expect(existsSync(addon)).toBe(true);
  expect(Number(napi)).toBeGreaterThanOrEqual(9);
});

test.each(info().simdTargets)('BATCHNORM_SIMD=%s puts that target into use', (target) => {
  const { stdout } = inProcess(target);
  expect(JSON.parse(stdout)).toMatchObject({ simdTarget: target });
});

test('an empty BATCHNORM_SIMD leaves the best target in use', () => {
  const [best] = info().simdTargets;
  expect(JSON.parse(inProcess('').stdout)).toMatchObject({ simdTarget: best });
});

test.each(['AVX9', 'avx2', ' '])('BATCHNORM_SIMD=%p is refused, naming those known', (target) => {
  const { status, stderr } = inProcess(target);
  expect(status).toBe(1);
  expect(stderr).toContain("code: 'ERR_BATCHNORM_ARGUMENT'");
  expect(stderr).toContain(`BATCHNORM_SIMD=${target} `);
  expect(stderr).toContain(info().simdTargets.join(', '));
});
