import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { info } from 'batchnorm';
import { npy } from '../formats/files';
import { batchnorm, Folder, inProcess, main } from './command';
import { pattern } from './images';

const folder = new Folder();
const { version } = require('../../package.json');
const commands = ['stats', 'merge', 'normalize', 'train', 'info'];

beforeAll(() => {
  const elements = Float32Array.from({ length: 40_000 }, (_, i) => i);
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 20000), }";
  folder.file('wide.npy', npy(text, elements));
});

describe('help', () => {
  test.each([['--help'], ['-h'], ['help']])(
    '%s has the commands, examples and exit codes',
    async (arg) => {
      const { status, stdout, stderr } = await batchnorm([arg]);
      expect([status, stderr]).toEqual([0, '']);
      for (const name of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
      expect(stdout).toContain('$ batchnorm stats photos/');
      expect(stdout).toMatch(/^Exit codes:\n {2}0 /m);
    },
  );

  test.each(commands)('of %s has its options, in lines of 80 characters', async (name) => {
    const { status, stdout } = await batchnorm([name, '--help']);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: batchnorm ${name} `));
    expect(stdout).toContain('--json');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect((await batchnorm(['help', name])).stdout).toBe(stdout);
  });

  test('is given on standard error where no command is', async () => {
    const { status, stdout, stderr } = await batchnorm([]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: batchnorm /);
  });
});

test.each(['--version', '-V'])('%s is the version', async (arg) => {
  expect(await batchnorm([arg])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

describe('info', () => {
  test('says what the library says', async () => {
    const { stdout } = await batchnorm(['info']);
    const { simdTarget, simdTargets, addon } = info();
    expect(stdout).toMatch(new RegExp(`^version +${version}$`, 'm'));
    expect(stdout).toContain(`${simdTarget} of ${simdTargets.join(', ')}`);
    expect(stdout).toMatch(/^threads +\d+;/m);
    expect(stdout).toMatch(new RegExp(`^addon +${addon}$`, 'm'));
  });

  test('says it in JSON', async () => {
    const { stdout } = await batchnorm(['info', '--json']);
    expect(JSON.parse(stdout)).toEqual({ ...info(), node: process.versions.node });
  });
});

describe('in a process of its own', () => {
  test('the first file is a program', () => {
    const { status, stdout } = spawnSync(main, ['--version'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, `${version}\n`]);
  });

  test('help needs no addon', () => {
    const env = { ...process.env, BATCHNORM_PREBUILD: '/nowhere', PREBUILDS_ONLY: '1' };
    const run = (arg: string) =>
      spawnSync(process.execPath, [main, arg], { env, encoding: 'utf8' });
    expect(run('--help')).toMatchObject({ status: 0, stderr: '' });
    const { status, stdout, stderr } = run('info');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^batchnorm: batchnorm could not load its addon on /);
  });

  test('a reader that has seen enough is no error', async () => {
    const child = spawn(process.execPath, [main, 'stats', 'wide.npy', '--json'], {
      cwd: folder.path,
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.destroy();
    const [status] = await once(child, 'close');
    expect([status, stderr]).toEqual([0, '']);
  });

  test('an output that is full is said in a line', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [main, 'info'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toMatch(/^batchnorm: cannot write to standard output: ENOSPC: [^\n]+\n$/);
    expect(status).toBe(2);
  });

  test('where sharp is not installed, images say how to install it', async () => {
    await pattern(1, 4, 4).png().toFile(folder.file('a.png'));
    // Nothing is found but what is there already.
    const hook = folder.file(
      'no-sharp.cjs',
      `const { register } = require('node:module');
       register('data:text/javascript,' + encodeURIComponent(\`
         export async function resolve(specifier, context, next) {
           if (specifier !== 'sharp') return next(specifier, context);
           throw Object.assign(new Error("Cannot find package 'sharp'"), { code: 'ERR_MODULE_NOT_FOUND' });
         }\`));`,
    );
    const args = ['--require', hook, main, 'stats', 'a.png'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: folder.path,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^batchnorm: images are decoded by sharp, which is not installed: npm install sharp .*\n$/,
    );
  });

  test('what went wrong inside has its stack', () => {
    const broken = folder.file(
      'broken.cjs',
      `process.hrtime.bigint = performance.now = () => { throw new TypeError('of our own'); };`,
    );
    const args = ['--require', broken, main, 'stats', 'wide.npy'];
    const { status, stderr } = spawnSync(process.execPath, args, {
      cwd: folder.path,
      encoding: 'utf8',
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^batchnorm: TypeError: of our own\n {4}at /);
  });
});

describe('on a terminal', () => {
  const onTerminal = (...args: string[]) =>
    spawnSync('script', ['-qec', [process.execPath, main, ...args].join(' '), '/dev/null'], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...process.env, TERM: 'xterm', COLUMNS: '120' },
    }).stdout;

  test('a bar shows how far it is, in one line', async () => {
    for (let i = 0; i < 5; i++) {
      await pattern(i, 40, 40)
        .png()
        .toFile(folder.file(`bar/${i}.png`));
    }
    folder.file('bar/9.png', 'no image');
    const screen = onTerminal('stats', 'bar');
    expect(screen).toMatch(/░.* 0% \| 0\/6 images \| /);
    expect(screen).toMatch(/█.* 100% \| 6\/6 images \| \S+ images\/s \| \S+ left/);
    expect(screen).toContain('skipped 9.png: ');
    expect(screen).toMatch(/\nNormalize\(mean=\[.*\r\n/);
  });

  test('there is none where standard error is none', () => {
    const { stderr } = inProcess(['stats', 'bar'], folder.path);
    expect(stderr).toMatch(/^skipped 9\.png: .*\nskipped 1 of 6 files\n$/);
  });
});

test('every package in the program has its licence in the notices', () => {
  const { readFileSync, readdirSync } = require('node:fs');
  const root = join(__dirname, '../..');
  const program: string = readFileSync(main, 'utf8');
  const packages = new Set(
    [
      ...program.matchAll(/^\/\/ (node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//gm),
    ].map(([, folder = '']) => folder),
  );
  const words = (text: string) => text.split(/\s+/).filter(Boolean).join(' ');
  const notices = words(readFileSync(join(root, 'THIRD-PARTY-NOTICES.txt'), 'utf8'));
  const withoutNotice = [...packages].filter((path) => {
    const file = readdirSync(join(root, path)).find((name: string) => /^licen[cs]e/i.test(name));
    return !notices.includes(words(readFileSync(join(root, path, file), 'utf8')));
  });
  expect([...packages]).toContain('node_modules/commander');
  expect(withoutNotice).toEqual([]);
});
