import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectRefused, Folder, inProcess, json, main } from './command';
import { pattern } from './images';

const images = 120;
const folder = new Folder();
let whole: string;

beforeAll(async () => {
  // Large enough to take a while.
  for (let i = 0; i < 4; i++) {
    await pattern(i, 500, 400)
      .png({ compressionLevel: 1 })
      .toFile(folder.file(`drawn-${i}.png`));
  }
  for (let i = 0; i < images; i++) {
    copyFileSync(folder.file(`drawn-${i % 4}.png`), folder.file(`images/${i}.png`));
  }
  folder.file('images/0-broken.png', 'no image'); // the first
  whole = inProcess(['stats', 'images', '--json'], folder.path).stdout;
});

const resume = (state: string) => ['stats', 'images', '--json', '--resume', state];

/** A run that gets a signal at one moment of its work: what it said, and how it ended. */
async function ended(
  args: string[],
  end: { signal: NodeJS.Signals; before?: number },
): Promise<{ exitCode: number | null; said: string }> {
  const env = { ...process.env, BATCHNORM_TEST_ENDS: JSON.stringify(end) };
  const preload = join(__dirname, 'ends-itself.cjs');
  const child = spawn(process.execPath, ['--require', preload, main, ...args], {
    cwd: folder.path,
    env,
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  child.stdout.resume();
  const [exitCode] = await once(child, 'close');
  return { exitCode, said };
}

/** How many files a state holds. */
function filesIn(state: string): number {
  if (!existsSync(folder.file(state))) return 0;
  const { nodes } = JSON.parse(readFileSync(folder.file(state), 'utf8'));
  return nodes.reduce((sum: number, { leaves }: { leaves: number }) => sum + leaves, 0);
}

/** Kills a run that keeps what it reads at once, when it has kept that many times. */
async function killAfter(times: number, state: string): Promise<void> {
  const args = [...resume(state), '--save-interval', '0'];
  const { exitCode } = await ended(args, { signal: 'SIGKILL', before: times + 1 });
  expect(exitCode).toBeNull();
}

test('killed in the middle, twice, it continues to the very bits of one run', async () => {
  const state = 'killed.json';
  await killAfter(10, state);
  const once = filesIn(state);
  await killAfter(10, state);
  expect(filesIn(state)).toBeGreaterThan(once);
  expect(filesIn(state)).toBeLessThan(images);
  const { status, stdout, stderr } = inProcess(resume(state), folder.path);
  expect([status, stdout]).toEqual([1, whole]);
  expect(stderr).toMatch(/^skipped 0-broken\.png: .*\nskipped 1 of 121 files\n$/);
  expect(filesIn(state)).toBe(images + 1);
});

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('asked to end by %s', (signal, expected) => {
  test('it keeps what it has read', async () => {
    const state = `${signal}.json`;
    // The interval is longer than the test: it is not kept by the way.
    const args = [...resume(state), '--save-interval', '1000'];
    const { exitCode, said } = await ended(args, { signal });
    expect(exitCode).toBe(expected);
    expect(said).toMatch(/\ninterrupted; the same command continues\n$/);
    expect(filesIn(state)).toBeGreaterThan(0);
    expect(filesIn(state)).toBeLessThan(images);
    expect(inProcess(resume(state), folder.path).stdout).toBe(whole);
  });

  test('it says that nothing is kept without --resume', async () => {
    const { exitCode, said } = await ended(['stats', 'images'], { signal });
    expect(exitCode).toBe(expected);
    expect(said).toMatch(/\ninterrupted; nothing is kept without --resume FILE\n$/);
  });
});

describe('what was kept', () => {
  const state = 'kept.json';
  beforeAll(() => killAfter(3, state));

  test('is whole at any time, and one file lies about', () => {
    expect(filesIn(state)).toBeGreaterThan(0);
    const left = readdirSync(folder.path).filter((name) => name.startsWith(`${state}.`));
    expect(left).toHaveLength(1); // the one that was being written
  });

  test('is no part to merge', async () => {
    const message = `${state} is unfinished: run its batchnorm stats again, with --resume ${state}`;
    await expectRefused(['merge', state], message, folder.path);
  });

  test.each<[string, string[], string]>([
    ['another data set', ['drawn-0.png'], 'is of another data set: the number of files is 121'],
    [
      'other options',
      ['images', '--channels', '1'],
      'the number of channels is that of each image there and 1 here',
    ],
    ['another size', ['images', '--resize', '8'], 'or the options, differ'],
    ['another part', ['images', '--part', '1/2'], `${state} is of --part 1/1, not 1/2`],
  ])('is refused for %s, and stays', async (_, args, message) => {
    const before = readFileSync(folder.file(state));
    await expectRefused(['stats', ...args, '--resume', state], message, folder.path);
    expect(readFileSync(folder.file(state))).toEqual(before);
  });
});

test('what is finished is not read again', async () => {
  const file = folder.file('finished.png', readFileSync(folder.file('drawn-0.png')));
  const args = ['stats', file, '--resume', 'finished.json', '--channels', '3'];
  const first = await json(args, folder.path);
  folder.file('finished.png', Buffer.alloc(readFileSync(file).length)); // of the same size
  expect(await json(args, folder.path)).toEqual(first);
  expect(await json(['merge', 'finished.json'], folder.path)).toEqual(first);
});

test('a file to resume that is something else is refused, and stays', async () => {
  const path = folder.file('notes.txt', 'my notes');
  const args = ['stats', 'drawn-0.png', '--resume', path];
  await expectRefused(args, 'was not written by batchnorm stats', folder.path);
  expect(readFileSync(path, 'utf8')).toBe('my notes');
});
