import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BatchNormError } from './errors';
import { toolchain } from './toolchain';

/** The addon could not be loaded; the message says where it was looked for and what to do. */
export class LoadError extends BatchNormError {
  static override readonly name: string = 'LoadError';
  readonly code = 'ERR_BATCHNORM_LOAD';

  /** `found` is the file that was chosen and then refused to load, if there was one. */
  constructor(packageRoot: string, found: string | undefined, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      [
        `batchnorm could not load its addon on ${platform()}.`,
        'Looked for, in this order:',
        ...places(packageRoot, found).map((line) => `  - ${line}`),
        'What loading said:',
        ...reason
          .trim()
          .split('\n')
          .map((line) => `  ${line.trim()}`),
        'What helps:',
        ...remedies(packageRoot).map((line) => `  - ${line}`),
      ].join('\n'),
      { cause },
    );
  }
}

function platform(): string {
  const { node, napi } = process.versions;
  return `${process.platform}-${process.arch} (${libc()}Node.js ${node}, Node-API ${napi})`;
}

function libc(): string {
  if (process.platform !== 'linux') return '';
  return existsSync('/etc/alpine-release') ? 'musl, ' : 'glibc, ';
}

/** The places node-gyp-build looks at, each with what is there. */
function places(packageRoot: string, found: string | undefined): string[] {
  const forced = process.env.BATCHNORM_PREBUILD;
  const root = forced || packageRoot;
  const builds = ['Release', 'Debug'].map((config) => join(root, 'build', config));
  const prebuilds = [root, dirname(process.execPath)].map((dir) =>
    join(dir, 'prebuilds', `${process.platform}-${process.arch}`),
  );
  return [
    `BATCHNORM_PREBUILD: ${forced ? `set to ${forced}` : 'not set'}`,
    ...builds.map((dir) =>
      process.env.PREBUILDS_ONLY ? `${dir}: skipped, PREBUILDS_ONLY is set` : inspect(dir, found),
    ),
    ...prebuilds.map((dir) => inspect(dir, found)),
  ];
}

function inspect(dir: string, found: string | undefined): string {
  const addons = addonsIn(dir);
  if (addons.length === 0) return `${dir}: no addon`;
  const verdicts = addons.map((file) => {
    if (!found) return `${file} (built for another system)`;
    return join(dir, file) === found ? `${file} (chosen, did not load)` : `${file} (not tried)`;
  });
  return `${dir}: ${verdicts.join(', ')}`;
}

function addonsIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((file) => file.endsWith('.node'));
  } catch {
    return [];
  }
}

function remedies(packageRoot: string): string[] {
  return [
    'build it here: npm install --no-save cmake-js node-addon-api && npm rebuild batchnorm',
    'which needs CMake, a C++17 compiler and Google Highway; on this system:',
    ...toolchain().map((line) => `  ${line}`),
    `a stale file in ${join(packageRoot, 'build')} wins over the prebuilt addon: ` +
      'remove that folder, or set PREBUILDS_ONLY=1',
    'an addon kept elsewhere: set BATCHNORM_PREBUILD to the folder that holds its prebuilds/',
  ];
}
