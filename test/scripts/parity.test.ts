import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Clone, everyPackage } from './clone';

const script = join(__dirname, '..', '..', 'scripts', 'parity.mjs');

test('npm run parity says how to get PyTorch where there is none', () => {
  const env = { ...process.env, PYTHON: '/nowhere/python' };
  const { status, stderr } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('tried /nowhere/python');
  expect(stderr).toContain("pip install 'torch>=2.15'");
});

test('npm run parity asks for the PyTorch that is followed, or a newer one', () => {
  const run = (torch: string) => {
    const clone = new Clone({ torch });
    const { status, output, calls } = clone.run('node', 'scripts/parity.mjs');
    clone.remove();
    const wrote = calls.some((call) => call.includes('write_fixtures.py'));
    return { status, output, wrote };
  };
  for (const old of ['1.13.0a0', '2.14.1+cpu']) {
    const { status, output, wrote } = run(old);
    expect([status, wrote]).toEqual([1, false]);
    expect(output).toContain(`python3 has PyTorch ${old}.`);
    expect(output).toContain('follows PyTorch 2.15');
    expect(output).toContain("pip install 'torch>=2.15'");
  }
  for (const fit of ['2.15.0+cu132', '2.16.0', '3.0.1']) expect(run(fit).wrote).toBe(true);
});

test('npm run parity writes every kind of fixture afresh, and runs the tests that read them', () => {
  const clone = new Clone();
  const { calls } = clone.run('node', 'scripts/parity.mjs', '--seed', '7');
  const written = calls.filter((call) => call.startsWith('python3 ')).join('\n');
  expect(written).toMatch(/write_fixtures\.py --seed 7 --out \S+$/m);
  expect(written).toMatch(/tree_fixtures\.py --seed 7 \S+\/trees\.json$/m);
  expect(written).toMatch(/print_fixtures\.py --seed 7 \S+\/print\.json$/m);
  expect(written).toMatch(/random_fixtures\.py --seed 7 \S+\/random\.json$/m);
  expect(written).toMatch(/ci-parity\/dump\.py \S+\/ci-parity$/m);
  expect(written).toMatch(/assert_close_fixtures\.py \S+\/assert-close\.json$/m);

  expect(written).toMatch(/checkpoint_fixtures\.py --seed 7 \S+\/checkpoints$/m);

  const jest = calls.find((call) => call.startsWith('jest.js '));
  const pattern = new RegExp(jest?.replace(/^jest\.js /, '') ?? 'jest was not run');
  for (const file of [
    'modules',
    'functional',
    'fused',
    'fuse',
    'sample-norms',
    'refused',
    'differences',
    'trees',
    'ci-parity',
  ]) {
    expect(`test/parity/${file}.test.ts`).toMatch(pattern);
  }
  for (const file of ['print', 'random']) expect(`test/tensor/${file}.test.ts`).toMatch(pattern);
  expect('test/checkpoints/python.test.ts').toMatch(pattern);
  expect('test/testing/assert-close.test.ts').toMatch(pattern);
  expect(calls.at(-2)).toMatch(/check_guide\.py docs\/coming-from-pytorch\.md$/);
  expect(calls.at(-1)).toMatch(/check_checkpoints\.py \S+\/checkpoints \S+\/saved$/);
  clone.remove();
});

test('npm run parity installs what reads and writes checkpoints where Python has none', () => {
  const installs = (installed: string[]) => {
    const clone = new Clone({ installed });
    const { calls } = clone.run('node', 'scripts/parity.mjs');
    clone.remove();
    return calls.filter((call) => call.includes(' pip install ')).map((call) => call.split(' '));
  };
  const [words, ...more] = installs(everyPackage);
  expect([words?.at(-1), more]).toEqual(['safetensors', []]);
  expect(words?.at(-2)).toMatch(/\/build\/parity$/);
  expect(installs([...everyPackage, 'python3-safetensors'])).toEqual([]);
});
