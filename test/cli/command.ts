import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { run } from '../../lib/cli/run';

/** The command line as it is published. */
export const main = join(__dirname, '../../dist/cli/main.js');

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `npx batchnorm` in a process of its own, without a terminal. */
export function inProcess(args: readonly string[], cwd?: string, program = main): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Runs the same in this process, which is faster. */
export async function batchnorm(args: readonly string[], cwd = '.'): Promise<Finished> {
  const [stdout, stderr] = [new Text(), new Text()];
  const before = process.cwd();
  process.chdir(cwd);
  try {
    const status = await run(args, stdout, stderr);
    return { status, stdout: stdout.text, stderr: stderr.text };
  } finally {
    process.chdir(before);
  }
}

class Text extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk;
    done();
  }
}

/** What `--json` prints on success. */
export async function json(args: readonly string[], cwd?: string) {
  const { status, stdout, stderr } = await batchnorm([...args, '--json'], cwd);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** Demands that the command does nothing, and says why in one line. */
export async function expectRefused(
  args: readonly string[],
  message: string,
  cwd?: string,
): Promise<void> {
  const { status, stdout, stderr } = await batchnorm(args, cwd);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^batchnorm: [^\n]+\n$/);
  expect([status, stdout]).toEqual([2, '']);
}

/** A folder that is gone after the tests of the file that asks for it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'batchnorm-cli-'));

  constructor() {
    afterAll(() => rmSync(this.path, { recursive: true }));
  }

  /** The path of a file in it, which is written where there is content. */
  file(name: string, content?: Uint8Array | string): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }
}
