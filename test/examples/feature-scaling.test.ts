import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idx } from '../formats/files';

const main = join(__dirname, '../../examples/feature-scaling/main.mjs');

const run = (...args: string[]) =>
  spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

/** The numbers of a line of the table. */
function figures(stdout: string, label: string): string[] {
  const [, numbers = ''] = new RegExp(`^${label} +(.*)$`, 'm').exec(stdout) ?? [];
  return numbers.split(/ +/);
}

describe('on the 60,000 images', () => {
  const { status, stdout, stderr } = run();

  test('it runs to its end, quietly where there is no terminal', () => {
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('60000/60000 images\n');
    expect(stdout).not.toContain('\u001b');
  });

  test('the command line gives the line that everybody knows', () => {
    expect(stdout).toContain('$ npx batchnorm stats train-images-idx3-ubyte\n');
    expect(stdout).toContain('\nNormalize(mean=[0.1307], std=[0.3081])\n');
  });

  test('the program finds the same, with all digits', () => {
    expect(stdout).toMatch(
      /^Normalize\(mean=\[0\.1306604762738\d+\], std=\[0\.30810780385646\d+\]\)$/m,
    );
    expect(figures(stdout, 'before, from 0 to 1')).toEqual([
      '0.1307',
      '0.3081',
      '0.0000',
      '1.0000',
    ]);
  });

  test('scaled, the digits have mean 0 and standard deviation 1', () => {
    // (0 - mean) / std and (1 - mean) / std
    expect(figures(stdout, 'after')).toEqual(['0.0000', '1.0000', '-0.4241', '2.8215']);
  });

  test('both rates are printed, and the results agree', () => {
    expect(stdout).toMatch(/^transforms\.Normalize +[\d,]+ images\/s$/m);
    expect(stdout).toMatch(/^a JavaScript loop +[\d,]+ images\/s$/m);
    const [, apart] = /are (\S+) apart at most/.exec(stdout) ?? [];
    expect(Number(apart)).toBeLessThan(1e-6);
  });
});

describe('on other files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'batchnorm-scaling-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('their own mean and deviation are taken', () => {
    const path = join(folder, 'images.idx');
    writeFileSync(path, idx(0x08, [2, 1, 2], Buffer.of(0, 255, 255, 255)));
    const { stdout } = run(path);
    expect(figures(stdout, 'before, from 0 to 1')).toEqual([
      '0.7500',
      '0.4330',
      '0.0000',
      '1.0000',
    ]);
    expect(figures(stdout, 'after')).toEqual(['0.0000', '1.0000', '-1.7321', '0.5774']);
  });

  test('a missing file is said in one line', () => {
    const { status, stderr } = run(join(folder, 'missing'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Cannot read the images \(ENOENT: .*missing'\)\..*npm install.*\n$/);
  });
});

test('on a terminal the bars of both parts come to their ends', () => {
  const { stdout: screen } = spawnSync(
    'script',
    ['-qec', `"${process.execPath}" "${main}"`, '/dev/null'],
    { encoding: 'utf8', env: { ...process.env, TERM: 'xterm', COLUMNS: '120' } },
  );
  expect(screen).toMatch(/100% \| 60000\/60000 images \| \S+ images\/s/); // of batchnorm stats
  expect(screen).toMatch(/100% \| 60000\/60000 images \| \d+s/);
  expect(screen).toMatch(/^after +0\.0000 +1\.0000/m);
});
