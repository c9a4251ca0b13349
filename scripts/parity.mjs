// npm run parity: fresh fixtures from this machine's PyTorch, replayed by the tests that read them;
// and the checkpoints that they write, read by Python, which runs its part of a guide, too.
//   npm run parity [-- --seed 7]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireTorch } from './parity/find-torch.mjs';
import { withPackages } from './parity/python-packages.mjs';
import { succeeds } from './run.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

const { values } = parseArgs({ options: { seed: { type: 'string' } } });
const seed = values.seed ?? String(Date.now() % 1_000_000);
const python = requireTorch();
const env = withPackages(python);
setUp(building);

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-parity-'));
const checkpoints = join(folder, 'checkpoints');
const saved = join(folder, 'saved');
mkdirSync(saved);
try {
  process.exitCode = write() && [replay(), readBack()].every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

function write() {
  const scripts = [
    ['scripts/parity/write_fixtures.py', '--seed', seed, '--out', folder],
    ['scripts/parity/tree_fixtures.py', '--seed', seed, join(folder, 'trees.json')],
    ['scripts/parity/print_fixtures.py', '--seed', seed, join(folder, 'print.json')],
    ['scripts/parity/random_fixtures.py', '--seed', seed, join(folder, 'random.json')],
    ['examples/ci-parity/dump.py', join(folder, 'ci-parity')],
    ['scripts/parity/assert_close_fixtures.py', join(folder, 'assert-close.json')],
    ['scripts/parity/checkpoint_fixtures.py', '--seed', seed, checkpoints],
  ];
  return scripts.every((script) => succeeds(python, ['-B', ...script], { env }));
}

function replay() {
  const tests =
    'test/(parity/(modules|functional|fused|fuse|sample-norms|local-response|memory-formats|refused|differences|trees|normalize|ci-parity)|tensor/(print|random)|testing/assert-close|checkpoints/python)';
  const fixtures = { ...process.env, PARITY_FIXTURES: folder, PARITY_SAVED: saved };
  return succeeds(process.execPath, ['node_modules/jest/bin/jest.js', tests], { env: fixtures });
}

function readBack() {
  const scripts = [
    ['scripts/parity/check_guide.py', 'docs/coming-from-pytorch.md'],
    ['scripts/parity/check_checkpoints.py', checkpoints, saved],
  ];
  return scripts.every((script) => succeeds(python, ['-B', ...script], { env }));
}
