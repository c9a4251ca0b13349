import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { info } from 'batchnorm';

/** By the name of a case: its digest where the target has fused multiply-adds, and where not. */
const recorded: Record<string, [fused: string, plain: string]> = JSON.parse(
  readFileSync(join(__dirname, 'digests.json'), 'utf8'),
);
const withoutFma = ['SSE4', 'SSSE3', 'SSE2', 'SCALAR', 'EMU128'];

/** What digests.cjs prints. */
function digests(target: string, threads: number): { target: string; digests: unknown } {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, 'digests.cjs'), `${threads}`],
    { encoding: 'utf8', env: { ...process.env, BATCHNORM_SIMD: target } },
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

const targets = info().simdTargets;

test.each([
  [targets[0] ?? '', 1],
  [targets[0] ?? '', 7],
  ...targets.slice(1).map((target): [string, number] => [target, 2]),
])('on %s with %d threads every result has the bits that it had', (target, threads) => {
  const kind = withoutFma.includes(target) ? 1 : 0;
  const expected = Object.fromEntries(
    Object.entries(recorded).map(([name, pair]) => [name, pair[kind]]),
  );
  expect(digests(target, threads)).toEqual({ target, digests: expected });
});
