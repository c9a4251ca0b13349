import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(__dirname, '../..');
const systemPrograms = [
  'bash',
  'cat',
  'cp',
  'dirname',
  'env',
  'grep',
  'ln',
  'mkdir',
  'pwd',
  'readlink',
  'rm',
  'sh',
  'true',
];
const programs = [
  'aarch64-linux-gnu-g++',
  'c++',
  'chromium',
  'clang',
  'clang++',
  'clang-format',
  'cmake',
  'ninja',
  'npm',
  'python3',
  'qemu-aarch64',
  'readelf',
];
/** Files of Node packages, and what stands for each. */
const nodePackages = {
  '@biomejs/biome/bin/biome': 'node-program.cjs',
  'cmake-js/bin/cmake-js': 'node-program.cjs',
  'esbuild/index.js': 'esbuild.cjs',
  'jest/bin/jest.js': 'node-program.cjs',
  'prebuildify/bin.js': 'node-program.cjs',
  'typescript/bin/tsc': 'node-program.cjs',
};

export const packages = {
  building: ['cmake', 'g++', 'ninja-build', 'libhwy-dev'],
  testing: ['libgtest-dev', 'clang-format', 'binutils', 'chromium'],
  sanitizing: ['clang', 'libclang-rt-dev'],
  emulating: ['g++-aarch64-linux-gnu', 'qemu-user'],
  peers: ['libdnnl-dev', 'nlohmann-json3-dev', 'python3-torch'],
};
export const everyPackage = Object.values(packages).flat();

export interface Machine {
  /** The Debian packages that are there. */
  installed?: string[];
  /** Whether the user is root; another user has rights where 'sudo' is installed. */
  superuser?: boolean;
  /** Whether there is apt-get. */
  apt?: boolean;
  /** The version of the PyTorch that Python has, where that is installed. */
  torch?: string;
}

/** A fresh clone of this repository, with its real scripts, on a made-up machine. */
export class Clone {
  readonly #work = mkdtempSync(join(tmpdir(), 'batchnorm-clone-'));
  readonly #machine = join(this.#work, 'machine');
  readonly #uid: number;
  readonly folder = join(this.#work, 'clone');

  constructor({
    installed = everyPackage,
    superuser = true,
    apt = true,
    torch = '2.15.0',
  }: Machine = {}) {
    this.#uid = superuser ? 0 : 1000;
    this.#makeMachine(apt ? [...programs, 'apt-get', 'dpkg', 'sudo'] : programs);
    this.#write('machine/torch', `${torch}\n`);
    for (const name of installed) this.#write(`machine/installed/${name}`, '');
    for (const name of ['scripts', '.ci'])
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    for (const name of ['options.mjs', 'load/options.mjs', 'server/normalization-names.mjs']) {
      const path = join('examples/serving', name);
      cpSync(join(root, path), join(this.folder, path));
    }
    for (const [path, content] of [
      ['package-lock.json', '{}'],
      ['lib/index.ts', ''],
      ['cpp/kernel.cc', ''],
      ['binding/addon.cc', ''],
      ['fuzz/kernels/kernels.cc', ''],
      ['bench/peers/onednn/child.cc', ''],
      ['test/binding/misaligned/misaligned-buffer.cc', ''],
      ['examples/serving/package-lock.json', '{}'],
      ['examples/serving/main.mjs', "console.log('serves', ...process.argv.slice(2));"],
      ['examples/serving/load/main.mjs', "console.log('loads', ...process.argv.slice(2));"],
      ['examples/training/main.mjs', "console.log('trains', ...process.argv.slice(2));"],
    ] as const) {
      this.write(path, content);
    }
  }

  /** Runs a program in the clone; `output` is all it prints, `calls` what it had others do. */
  run(program: string, ...args: string[]) {
    const calls = join(this.#machine, 'calls');
    writeFileSync(calls, '');
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: {
        PATH: join(this.#machine, 'bin'),
        MACHINE: this.#machine,
        NODE_OPTIONS: `--require=${join(this.#machine, 'process.cjs')}`,
      },
    });
    const lines = readFileSync(calls, 'utf8').split('\n').filter(Boolean);
    return {
      status,
      output: stdout + stderr,
      last: stdout.trimEnd().split('\n').at(-1),
      calls: lines,
    };
  }

  write(path: string, content: string): void {
    this.#write(join('clone', path), content);
  }

  link(path: string, target: string): void {
    symlinkSync(target, join(this.folder, path));
  }

  /**
   * The report that GoogleTest ('tests', 'sanitize', 'neon') or jest will leave; none where it
   * crashes. Of GoogleTest's shards, the first leaves that one, and 'tests-1' is the second's.
   */
  report(name: 'tests' | 'tests-1' | 'sanitize' | 'neon' | 'jest', content: unknown): void {
    this.#write(`machine/reports/${name}.json`, JSON.stringify(content));
  }

  withdraw(name: 'tests' | 'jest'): void {
    rmSync(join(this.#machine, 'reports', `${name}.json`));
  }

  /** Makes a check fail. */
  spoil(what: 'badly-typed' | 'badly-formatted' | 'badly-linted'): void {
    this.#write(`machine/${what}`, '');
  }

  remove(): void {
    rmSync(this.#work, { recursive: true });
  }

  #makeMachine(names: string[]): void {
    const machine = `process.getuid = () => ${this.#uid};
      Object.defineProperty(process, 'arch', { value: 'x64' });`;
    this.#write('machine/process.cjs', machine);
    mkdirSync(join(this.#machine, 'bin'));
    mkdirSync(join(this.#machine, 'installed'));
    const inBin = (name: string) => join(this.#machine, 'bin', name);
    for (const name of systemPrograms) {
      symlinkSync(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), inBin(name));
    }
    symlinkSync(process.execPath, inBin('node'));
    for (const name of names) symlinkSync(join(__dirname, 'machine/program.sh'), inBin(name));
    const tests = join(this.#machine, 'batchnorm_tests');
    copyFileSync(join(__dirname, 'machine/batchnorm_tests.sh'), tests);
    for (const [path, fake] of Object.entries(nodePackages)) {
      const file = join(this.#machine, 'packages', path);
      mkdirSync(dirname(file), { recursive: true });
      copyFileSync(join(__dirname, 'machine', fake), file);
    }
  }

  #write(path: string, content: string): void {
    const file = join(this.#work, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
