import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a script of this folder prints as JSON, in a process of its own, on dist/. */
export async function run(script: string, ...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(__dirname, script),
    ...args,
  ]);
  return JSON.parse(stdout);
}
