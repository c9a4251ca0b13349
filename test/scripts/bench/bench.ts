import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const root = join(__dirname, '../../..');

/** What `npm run bench -- ARGUMENTS` does; the addon is there when tests run. */
export function bench(...args: string[]) {
  return spawnSync(process.execPath, ['bench/main.mjs', ...args], { cwd: root, encoding: 'utf8' });
}

/** What the lines of a module print as JSON, `bench/` being where they import from. */
export function evaluate(lines: string): unknown {
  const command = ['--input-type=module', '--eval', lines.replaceAll("'bench/", "'./bench/")];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
