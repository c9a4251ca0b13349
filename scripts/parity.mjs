// npm run parity: fresh fixtures from this machine's PyTorch, replayed by the tests that read them.
//   npm run parity [-- --seed 7]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { requireTorch } from './parity/find-torch.mjs';
import { succeeds } from './run.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

const { values } = parseArgs({ options: { seed: { type: 'string' } } });
const seed = values.seed ?? String(Date.now() % 1_000_000);
const python = requireTorch();
setUp(building);

const folder = mkdtempSync(join(tmpdir(), 'batchnorm-parity-'));
try {
  process.exitCode = write() && replay() ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

function write() {
  const scripts = [
    ['scripts/parity/write_fixtures.py', '--seed', seed, '--out', folder],
    ['scripts/parity/tree_fixtures.py', '--seed', seed, join(folder, 'trees.json')],
    ['scripts/parity/print_fixtures.py', '--seed', seed, join(folder, 'print.json')],
    ['scripts/parity/random_fixtures.py', '--seed', seed, join(folder, 'random.json')],
    ['examples/ci-parity/train_and_dump.py', join(folder, 'ci-dump.json')],
  ];
  return scripts.every((script) => succeeds(python, ['-B', ...script]));
}

function replay() {
  const tests =
    'test/(parity/(modules|functional|fused|sample-norms|refused|trees|normalize|ci-parity)|tensor/(print|random))';
  const env = { ...process.env, PARITY_FIXTURES: folder };
  return succeeds(process.execPath, ['node_modules/jest/bin/jest.js', tests], { env });
}
