import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transforms } from 'batchnorm';
import { npy } from '../formats/files';
import { floats } from './arrays';
import { batchnorm, expectRefused, Folder, json } from './command';

const folder = new Folder();
const stats = (...args: string[]) => batchnorm(['stats', ...args, '--json'], folder.path);
const found = (...args: string[]) => json(['stats', ...args], folder.path);

/** Rows enough for several slices, with one NaN in the second channel of a late row. */
const rows = 300_000;
const holed = Float32Array.from({ length: rows * 3 }, (_, i) => (i * 7) % 1013);
const [badRow, badValue] = [250_001, 250_001 * 3 + 1];
holed[badValue] = Number.NaN;

beforeAll(() => {
  folder.file('some/a.npy', floats('(2, 2)', [1, 2, 3, 4]));
  folder.file('some/b.npy', floats('(2, 2)', [5, 6, 7, Number.NaN]));
  folder.file('some/c.npy', floats('(1, 2)', [5, 6]));
  folder.file('sound/a.npy', floats('(2, 2)', [1, 2, 3, 4]));
  folder.file('sound/c.npy', floats('(1, 2)', [5, 6]));
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, 3), }`;
  folder.file('large.npy', npy(text, holed));
});

describe('NaN or an infinity in an array', () => {
  test('is named with its place, the file is left out, and the exit code says so', async () => {
    const { status, stdout, stderr } = await stats('some');
    expect(status).toBe(1);
    expect(stderr).toBe(
      'skipped b.npy: holds NaN at [1, 1]: --skip-nonfinite leaves such values out alone\n' +
        'skipped 1 of 3 files\n',
    );
    const { mean, variance, min, max } = await found('sound');
    expect(JSON.parse(stdout)).toMatchObject({ mean, variance, min, max, filesRead: 2 });
    expect(stdout).not.toMatch(/NaN"|Infinity"/);
  });

  test.each([
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('%s is one of them', async (name, value) => {
    folder.file('infinite/a.npy', floats('(1, 2, 2, 3)', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]));
    folder.file('infinite/b.npy', floats('(1, 2, 2, 3)', [...Array(9).fill(1), 1, value, 1]));
    const { status, stderr } = await stats('infinite', '--layout', 'NHWC');
    expect(status).toBe(1);
    expect(stderr).toContain(`skipped b.npy: holds ${name} at [0, 1, 1, 1]`);
  });

  test('has an option that leaves out its pixels alone, and counts them', async () => {
    // b.npy keeps its first row.
    const values = [1, 2, 3, 4, 5, 6, 5, 6];
    folder.file('left.npy', floats('(4, 2)', values));
    const { count, mean, std } = await found('left.npy');
    const { status, stdout, stderr } = await stats('some', '--skip-nonfinite');
    expect(status).toBe(0);
    expect(stderr).toBe('');
    const text = await batchnorm(['stats', 'some', '--skip-nonfinite'], folder.path);
    expect(text.stderr).toContain(
      'left out 1 value of each channel for NaN or infinities among them\n',
    );
    const without = JSON.parse(stdout);
    expect(without).toMatchObject({ count, nonfinite: 1, filesRead: 3 });
    for (const c of [0, 1]) {
      expect(without.mean[c]).toBeCloseTo(mean[c], 14);
      expect(without.std[c]).toBeCloseTo(std[c], 14);
    }
  });

  test('of channels first leaves out the pixel of all channels', async () => {
    // (N, C, S): two images of two channels and three pixels; one pixel of each is bad.
    const values = [1, Number.NaN, 3, 10, 20, 30, 4, 5, 6, 40, 50, Number.POSITIVE_INFINITY];
    folder.file('planes.npy', floats('(2, 2, 3)', values));
    const result = await json(
      ['stats', 'planes.npy', '--layout', 'NCL', '--skip-nonfinite'],
      folder.path,
    );
    expect(result).toMatchObject({ count: 4, nonfinite: 2, min: [1, 10], max: [5, 50] });
    expect(result.mean).toEqual([expect.closeTo(13 / 4, 14), expect.closeTo(130 / 4, 14)]);
  });

  test('in an array of nothing else leaves nothing', async () => {
    folder.file('nothing.npy', floats('(1, 2)', [Number.NaN, 1]));
    const { status, stdout, stderr } = await stats('nothing.npy', '--skip-nonfinite');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('batchnorm: no file has any values but NaN and infinities');
  });

  test('in a large file leaves out a slice, says how large it is, or the row alone', async () => {
    const { status, stdout, stderr } = await stats('large.npy');
    expect(status).toBe(1);
    const [, left] = /NaN at \[250001, 1\], left out with the (\d+) values/.exec(stderr) ?? [];
    expect(JSON.parse(stdout).count).toBe(rows - Number(left));
    const alone = await found('large.npy', '--skip-nonfinite');
    expect(alone).toMatchObject({ count: rows - 1, nonfinite: 1 });
    let sum = 0; // whole numbers: exact
    for (let row = 0; row < rows; row++) if (row !== badRow) sum += holed[row * 3 + 2] as number;
    expect(alone.mean[2]).toBeCloseTo(sum / (rows - 1), 9);
  });
});

describe.each([[[]], [['--skip-nonfinite']]])(
  'in parts and resumed, with options %j',
  (options) => {
    test.each(['some', 'large.npy'])('%s comes to what one run does', async (input) => {
      const whole = await stats(input, ...options);
      const parts = ['p1.json', 'p2.json', 'p3.json'];
      for (const [i, part] of parts.entries()) {
        await stats(input, ...options, '--part', `${i + 1}/3`, '-o', part);
        expect(readFileSync(join(folder.path, part), 'utf8')).not.toContain('"NaN"');
      }
      const merged = await batchnorm(['merge', ...parts, '--json'], folder.path);
      expect(merged).toEqual(whole);
      const state = folder.file(`resume-${options.length}-${input}.json`);
      expect(await stats(input, ...options, '--resume', state)).toEqual(whole);
      expect(await stats(input, ...options, '--resume', state)).toEqual(whole);
    });
  },
);

test('a state of other options is another one', async () => {
  await stats('some', '--resume', 'other.json');
  const args = ['stats', 'some', '--skip-nonfinite', '--resume', 'other.json'];
  await expectRefused(args, 'or the options, differ', folder.path);
});

describe('a state that an earlier version has poisoned', () => {
  beforeAll(async () => {
    await stats('sound', '-o', 'whole.json');
    const content = JSON.parse(readFileSync(folder.file('whole.json'), 'utf8'));
    const { moments } = content.nodes[0];
    for (const name of ['mean', 'm2', 'min', 'max']) moments[name][1] = 'NaN';
    writeFileSync(folder.file('poisoned.json'), JSON.stringify(content));
    moments.mean[1] = moments.m2[1] = moments.min[1] = 1;
    moments.max[1] = 'Infinity';
    writeFileSync(folder.file('infinite.json'), JSON.stringify(content));
  });

  test.each(['poisoned.json', 'infinite.json'])('%s is named, not merged', async (name) => {
    const message = `${name} has NaN or infinities among its values: read its files again`;
    await expectRefused(['merge', name], message, folder.path);
  });

  test('is not resumed, and stays', async () => {
    const before = readFileSync(folder.file('poisoned.json'));
    const args = ['stats', 'sound', '--resume', 'poisoned.json'];
    await expectRefused(args, 'poisoned.json has NaN or infinities', folder.path);
    expect(readFileSync(folder.file('poisoned.json'))).toEqual(before);
  });
});

describe('a result that Normalize cannot take', () => {
  test('for a constant channel says so, as text and as JSON', async () => {
    folder.file('constant.npy', floats('(3, 3)', [1, 7, 2, 2, 7, 2, 3, 7, 2]));
    const { status, stdout, stderr } = await batchnorm(['stats', 'constant.npy'], folder.path);
    expect(status).toBe(0);
    expect(stdout).toContain('std=[0.8165, 0, 0]');
    expect(stderr).toBe(
      'channels 1, 2 are constant: Normalize refuses a std of 0, give 1 in its place\n',
    );
    expect(await found('constant.npy')).toMatchObject({ constantChannels: [1, 2] });
    await stats('constant.npy', '-o', 'constant.json');
    const merged = await batchnorm(['merge', 'constant.json'], folder.path);
    expect(merged.stderr).toBe(stderr);
  });

  test('for values whose squares are beyond float64 says so', async () => {
    const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }";
    folder.file('huge.npy', npy(text, Float64Array.of(-1e200, 1e200)));
    const { stderr } = await batchnorm(['stats', 'huge.npy'], folder.path);
    expect(stderr).toContain('variance is beyond float64: scale them first');
  });
});

test('values that are none of pixels say how Normalize takes them', async () => {
  folder.file('far.npy', floats('(2, 1)', [1000, 1010]));
  const { stdout, stderr } = await batchnorm(['stats', 'far.npy'], folder.path);
  expect(stderr).toBe(
    'not of pixels: Normalize takes these with scale: null, and then floats alone\n',
  );
  expect(stdout).toContain('Normalize(mean=[1005.0000], std=[5.0000])');
  expect(() => new transforms.Normalize([1005], [5])).toThrow('scale: null');
  const normalize = new transforms.Normalize([1005], [5], { scale: null });
  const y = normalize.forward({ data: Float32Array.of(1000, 1010), shape: [1, 1, 2] });
  expect([...y.data]).toEqual([-1, 1]);
});
