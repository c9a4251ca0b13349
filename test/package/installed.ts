import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export const root = join(__dirname, '../..');

/** A folder of a user's, with this package in it as `npm install` leaves it. */
export interface Installed {
  /** The user's folder. */
  folder: string;
  /** node_modules/batchnorm in it. */
  package: string;
  /** The tarball that was installed. */
  tarball: string;
}

/**
 * Packs the package with a fresh prebuilt addon and installs it into an empty folder, where neither
 * a compiler nor a network is in reach.
 */
export function install(): Installed {
  const work = mkdtempSync(join(tmpdir(), 'batchnorm-package-'));
  const folder = join(work, 'app');
  mkdirSync(folder);
  // With its own scripts, as it is published: they make the prebuilt addon.
  const tarball = pack(root, work, []);
  const dependency = pack(join(root, 'node_modules/node-gyp-build'), work, ['--ignore-scripts']);
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true }');
  run('npm', ['install', '--offline', tarball, dependency], folder, bareEnvironment(work));
  cpSync(join(__dirname, 'consumer'), folder, { recursive: true });
  return { folder, package: join(folder, 'node_modules/batchnorm'), tarball };
}

function pack(folder: string, destination: string, options: readonly string[]): string {
  const before = new Set(readdirSync(destination));
  run('npm', ['pack', ...options, '--pack-destination', destination], folder);
  const [file] = readdirSync(destination).filter((name) => !before.has(name));
  return join(destination, file ?? 'npm pack has written nothing');
}

/** An environment whose PATH holds node, npm and a shell, and nothing that could compile. */
export function bareEnvironment(work: string): NodeJS.ProcessEnv {
  const bin = join(work, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const name of readdirSync(bin).length === 0 ? ['node', 'npm', 'sh'] : []) {
    symlinkSync(run('sh', ['-c', `command -v ${name}`], root).trim(), join(bin, name));
  }
  return { ...process.env, PATH: bin };
}

/** An environment whose cmake finds no Highway, as on a machine without it. */
export function withoutHighway(work: string): NodeJS.ProcessEnv {
  const bin = join(work, 'cmake-without-highway');
  mkdirSync(bin);
  const cmake = run('sh', ['-c', 'command -v cmake'], root).trim();
  // Options come first when cmake builds, or prints its version; a folder when it configures.
  const configure = `exec ${cmake} "$@" -DCMAKE_DISABLE_FIND_PACKAGE_HWY=ON`;
  const script = `#!/bin/sh\ncase $1 in -*) exec ${cmake} "$@";; esac\n${configure}\n`;
  writeFileSync(join(bin, 'cmake'), script, { mode: 0o755 });
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
}

/** What a program prints on success; an error with all it printed otherwise. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const result = attempt(command, args, cwd, env);
  if (result.status === 0) return result.output;
  throw new Error(`${command} ${args.join(' ')}\n${result.output}`);
}

/** Runs a program to its end, whatever that is; `output` is its standard output and error. */
export function attempt(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): { status: number | null; output: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
  });
  const output =
    status === 0 ? stdout : [stdout, stderr, error?.message].filter(Boolean).join('\n');
  return { status, output };
}
