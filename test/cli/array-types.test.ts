import { gzipSync } from 'node:zlib';
import { loadNpy } from 'batchnorm';
import { npy } from '../formats/files';
import { zip } from '../formats/zip';
import { floats } from './arrays';
import { batchnorm, expectRefused, Folder, json } from './command';

const folder = new Folder();
const stats = (...args: string[]) => json(['stats', ...args], folder.path);
const values = [1, 2, 3, 4, 5, 60];
const rows = [
  [1, 2],
  [3, 4],
  [5, 60],
] as const;
const half = (value: number) => ({ 1: 0x3c00, 2: 0x4000, 3: 0x4200, 4: 0x4400, 5: 0x4500 })[value];

const array = (descr: string, elements: ArrayBufferView, order = 'False') =>
  npy(`{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (3, 2), }`, elements);

const swapped = (elements: Float32Array) => Buffer.from(elements.buffer.slice(0)).swap32();

/** Normalized with a mean of 0 and a std of 1. */
async function normalized(file: string, ...options: string[]): Promise<number[]> {
  const args = ['normalize', file, '-o', 'out.npy', '--mean', '0', '--std', '1', ...options];
  const { status, stderr } = await batchnorm(args, folder.path);
  expect([status, stderr]).toEqual([0, '']);
  return [...loadNpy(folder.file('out.npy')).data];
}

describe('arrays of every type that loadNpy reads', () => {
  test.each<[string, ArrayBufferView, number]>([
    ['|i1', Int8Array.from(values), 1],
    ['<i2', Int16Array.from(values), 1],
    ['<u2', Uint16Array.from(values), 65535],
    ['<i4', Int32Array.from(values), 1],
    ['<u4', Uint32Array.from(values), 1],
    ['<i8', BigInt64Array.from(values.map(BigInt)), 1],
    ['<u8', BigUint64Array.from(values.map(BigInt)), 1],
    ['<f8', Float64Array.from(values), 1],
    ['|u1', Uint8Array.from(values), 255],
    ['>f4', swapped(Float32Array.from(values)), 1],
    ['=f4', Float32Array.from(values), 1],
  ])('%s', async (descr, elements, divisor) => {
    folder.file('typed.npy', array(descr, elements));
    const { count, mean, min, max } = await stats('typed.npy');
    expect(count).toBe(3);
    for (const [c, expected] of [3, 22].entries()) {
      expect(mean[c]).toBeCloseTo(expected / divisor, 12);
      expect(min[c]).toBeCloseTo((c + 1) / divisor, 12);
      expect(max[c]).toBeCloseTo((c === 0 ? 5 : 60) / divisor, 12);
    }
    const expected = values.map((value) => Math.fround(value / divisor));
    expect(await normalized('typed.npy')).toEqual(expected);
  });

  test('float16 and Booleans', async () => {
    const halves = Uint16Array.from([1, 2, 3, 4, 5, 5], (value) => half(value) as number);
    folder.file('half.npy', array('<f2', halves));
    expect((await stats('half.npy')).max).toEqual([5, 5]);
    folder.file('bool.npy', array('|b1', Uint8Array.of(1, 0, 1, 1, 0, 1)));
    const { mean } = await stats('bool.npy');
    expect(mean).toEqual([2 / 3, 2 / 3].map((value) => expect.closeTo(value, 14)));
  });

  test('in Fortran order, packed too, come in row-major order', async () => {
    const columns = Float32Array.from([0, 1].flatMap((c) => rows.map((row) => row[c] as number)));
    folder.file('fortran.npy', array('<f4', columns, 'True'));
    folder.file('fortran.npy.gz', gzipSync(array('<f4', columns, 'True')));
    folder.file('plain.npy', array('<f4', Float32Array.from(values)));
    const { mean, variance } = await stats('plain.npy');
    for (const file of ['fortran.npy', 'fortran.npy.gz']) {
      expect(await stats(file)).toMatchObject({ mean, variance });
      expect(await normalized(file)).toEqual(values);
    }
  });
});

describe('arrays of a .npz file', () => {
  const images = floats('(3, 2)', values);
  const labels = npy(
    "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }",
    BigInt64Array.of(1n, 2n, 3n),
  );

  beforeAll(() => {
    folder.file('one.npz', zip([{ name: 'images.npy', bytes: images }]));
    const names = zip([{ name: 'names.npy', bytes: Buffer.from('text') }]);
    folder.file('damaged.npz', names.subarray(0, names.length - 10));
    for (const name of ['two.npz', 'shards/a.npz', 'shards/b.npz']) {
      folder.file(
        name,
        zip([
          { name: 'images.npy', bytes: images, method: 8 },
          { name: 'labels.npy', bytes: labels },
        ]),
      );
    }
    folder.file('plain.npy', images);
  });

  test('the only one needs no name', async () => {
    const { mean, variance } = await stats('plain.npy');
    expect(await stats('one.npz')).toMatchObject({ kind: 'npz', files: 1, mean, variance });
    expect(await normalized('one.npz')).toEqual(values);
  });

  test.each([
    ['after a colon', ['two.npz:images']],
    ['by --member', ['two.npz', '--member', 'images']],
  ])('one of several is named %s', async (_, args) => {
    const { mean, variance } = await stats('plain.npy');
    expect(await stats(...args)).toMatchObject({ mean, variance });
    expect(await normalized(args[0] as string, ...args.slice(1))).toEqual(values);
  });

  test('integers are of their own', async () => {
    expect(await stats('two.npz:labels')).toMatchObject({ channels: 1, mean: [2] });
  });

  test('several are said by name', async () => {
    const message =
      'two.npz has 2 arrays, images, labels: say which, as two.npz:images or by --member images';
    await expectRefused(['stats', 'two.npz'], message, folder.path);
    const args = ['normalize', 'two.npz', '-o', 'x.npy', '--preset', 'mnist'];
    await expectRefused(args, message, folder.path);
  });

  test('of a folder are one data set, in parts too', async () => {
    const whole = await stats('shards', '--member', 'images');
    expect(whole).toMatchObject({ files: 2, count: 6, mean: [3, 22] });
    for (const part of ['1/2', '2/2']) {
      const args = ['--member', 'images', '--part', part, '-o', `npz${part[0]}.json`];
      await stats('shards', ...args);
    }
    expect(await json(['merge', 'npz1.json', 'npz2.json'], folder.path)).toEqual(whole);
  });

  test('that is not there, or damaged, is named and skipped', async () => {
    const args = ['stats', 'one.npz:none', 'two.npz:images', 'damaged.npz'];
    const { status, stdout, stderr } = await batchnorm(args, folder.path);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^1 of 3 \.npz files: 3 values a channel\n/);
    expect(stderr).toMatch(/^skipped one\.npz:none: .*has no array "none"; it has images$/m);
    expect(stderr).toMatch(/^skipped damaged\.npz: /m);
  });

  test('a NaN in one is named with its place', async () => {
    const bad = floats('(3, 2)', [1, 2, 3, 4, Number.NaN, 6]);
    folder.file('nan.npz', zip([{ name: 'x.npy', bytes: bad }]));
    const { stderr } = await batchnorm(['stats', 'nan.npz', 'one.npz'], folder.path);
    expect(stderr).toContain('skipped nan.npz:x: holds NaN at [2, 0]');
  });

  test('--member is for them alone', async () => {
    const args = ['stats', 'plain.npy', '--member', 'images'];
    await expectRefused(args, '--member is for .npz files', folder.path);
  });
});
