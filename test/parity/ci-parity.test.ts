import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtures } from './fixture';

const root = join(__dirname, '..', '..');
const jestProgram = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
let folder: string;
let dump: string;

// The example as a user has it: a folder of its own, with this package in its node_modules.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'batchnorm-ci-parity-'));
  dump = join(folder, 'dump.json');
  cpSync(join(root, 'examples', 'ci-parity'), folder, { recursive: true });
  copyFileSync(join(fixtures, 'ci-dump.json'), dump);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'batchnorm'), 'junction');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('the example finds that the dump of PyTorch and this package agree', () => {
  const { status, stderr } = runJest();
  expect(stderr).toContain('Tests:       3 passed, 3 total');
  expect(status).toBe(0);
});

test('the example fails where a weight differs', async () => {
  const contents = JSON.parse(await readFile(dump, 'utf8'));
  contents.state.weight[0] *= 1.0001;
  await writeFile(dump, JSON.stringify(contents));
  const { status, stderr } = runJest();
  expect(stderr).toContain('a step of training gives what PyTorch gives');
  expect(status).toBe(1);
});

function runJest() {
  // no colours, and no trace of the jest that runs this
  const env = { PATH: process.env.PATH, NO_COLOR: '1' };
  return spawnSync(process.execPath, [jestProgram], { cwd: folder, env, encoding: 'utf8' });
}
