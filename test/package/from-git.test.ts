import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { attempt, root, run } from './installed';

const work = mkdtempSync(join(tmpdir(), 'batchnorm-git-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A repository of one commit: what the next commit of this one would hold. */
function repository(): string {
  const folder = join(work, 'repository');
  const files = run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], root);
  for (const file of files.split('\n').filter((name) => existsSync(join(root, name)) && name)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    run('cp', ['-p', join(root, file), join(folder, file)], root);
  }
  const git = ['-c', 'user.name=test', '-c', 'user.email=test@localhost'];
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'all'],
  ]) {
    run('git', [...git, ...args], folder);
  }
  return folder;
}

test('npm install from git, where nothing can compile, gives dist/ and an error that says what is missing', () => {
  const app = join(work, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }');
  const bin = join(work, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'cmake'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  run('npm', ['install', '--prefer-offline', `git+file://${repository()}`], app, env);
  const installed = join(app, 'node_modules/batchnorm');
  expect(existsSync(join(installed, 'dist/cli/main.js'))).toBe(true);
  expect(existsSync(join(installed, 'lib'))).toBe(false);
  const { status, output } = attempt(process.execPath, ['-e', "require('batchnorm')"], app);
  expect(status).toBe(1);
  expect(output).toContain('ERR_BATCHNORM_LOAD');
});
