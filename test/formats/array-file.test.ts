import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadNpy, loadNpz, tensor } from 'batchnorm';
import { ArrayFile } from '../../lib/formats/array-file';
import { readFile } from '../../lib/formats/input';
import { npzNames } from '../../lib/formats/npz';
import { fixtures, readExpected } from '../checkpoints/expected';
import { idx, npy, temporaryFolder } from './files';

const { file } = temporaryFolder();

async function read(path: string) {
  const array = await ArrayFile.open(path);
  const { dtype, shape, size } = array;
  const elements = await array.read(0, size).finally(() => array.close());
  return { dtype, shape, elements: [...elements] };
}

describe('IDX files', () => {
  const floats = Buffer.alloc(12);
  for (const [i, value] of [1.5, -2, 1e30].entries()) floats.writeFloatBE(value, 4 * i);
  const doubles = Buffer.alloc(24);
  for (const [i, value] of [0.1, -2, 1e300].entries()) doubles.writeDoubleBE(value, 8 * i);

  test.each<[string, number, Buffer, number[]]>([
    ['uint8', 0x08, Buffer.of(0, 127, 255), [0, 127, 255]],
    ['float32', 0x0d, floats, [1.5, -2, Math.fround(1e30)]],
    ['float64', 0x0e, doubles, [0.1, -2, 1e300]],
    ['float32', 0x09, Buffer.of(0, 0x7f, 0x80), [0, 127, -128]],
    ['float32', 0x0b, Buffer.of(0, 1, 0x80, 0, 0xff, 0xff), [1, -32768, -1]],
    [
      'float64',
      0x0c,
      Buffer.of(0x7f, 255, 255, 255, 0x80, 0, 0, 0, 0, 0, 0, 1),
      [2 ** 31 - 1, -(2 ** 31), 1],
    ],
  ])('as %s, of type %p', async (dtype, type, bytes, elements) => {
    const path = file('some.idx', idx(type, [1, 3], bytes));
    expect(await read(path)).toEqual({ dtype, shape: [1, 3], elements });
  });

  test.each<[string, Buffer, string]>([
    ['an unknown type', idx(0x0a, [1], Buffer.alloc(1)), 'neither a .npy nor an IDX file'],
    ['no size', idx(0x08, [], Buffer.alloc(1)), 'neither a .npy nor an IDX file'],
    ['a cut-off header', idx(0x08, [1, 2, 3, 4], Buffer.alloc(0)).subarray(0, 9), 'cut off in its'],
    ['too few bytes', idx(0x08, [2, 2], Buffer.alloc(3)), 'has 15 bytes instead of 16'],
    ['too many bytes', idx(0x08, [2, 2], Buffer.alloc(5)), 'has 17 bytes instead of 16'],
    ['vast sizes', idx(0x08, Array(9).fill(2 ** 32 - 1), Buffer.alloc(1)), 'has too many elements'],
  ])('%s is refused', async (_, bytes, message) => {
    await expect(read(file('bad.idx', bytes))).rejects.toMatchObject({
      code: 'ERR_BATCHNORM_FORMAT',
      message: expect.stringContaining(message),
    });
  });
});

describe('whatever loadNpy reads', () => {
  const { files } = readExpected();
  const names = Object.keys(files).filter((name) => name.endsWith('.npy'));

  test.each(names)('%s, in slices', async (name) => {
    const path = join(fixtures, name);
    const { data, shape } = loadNpy(path);
    const values = [...(data as Iterable<number | bigint>)].map(Number);
    for (const given of [path, file('packed.gz', gzipSync(readFileSync(path)))]) {
      const { elements, ...read } = await readSlices(given);
      expect(elements).toEqual(values);
      expect(read.shape).toEqual(shape);
    }
  });

  test.each(['stored.npz', 'packed.npz'])('%s by member', async (name) => {
    const path = join(fixtures, name);
    const arrays = loadNpz(path);
    for (const [member, array] of Object.entries(arrays)) {
      const { data, shape } = typeof array === 'number' ? tensor(array) : array;
      const values = [...(data as Iterable<number>)];
      expect(await readSlices(path, member)).toMatchObject({ elements: values, shape });
    }
    const message = 'has no array "c"; it has float32, fortran, int8';
    await expect(ArrayFile.open(path, 'c')).rejects.toThrow(message);
    expect(readFile(path, npzNames)).toEqual(Object.keys(arrays));
  });

  /** All elements, a few at a time, the last ones first. */
  async function readSlices(path: string, member: string | null = null) {
    const array = await ArrayFile.open(path, member);
    const { shape, size, type } = array;
    const parts: number[][] = [];
    for (let end = size; end > 0; end -= 5) {
      const first = Math.max(0, end - 5);
      const slice = await array.read(first, end - first);
      expect(slice).toHaveLength(end - first);
      parts.unshift([...slice]);
    }
    await array.close();
    return { shape, type, elements: parts.flat() };
  }
});

describe('slices', () => {
  // More than zlib gives at a time.
  const elements = Float32Array.from({ length: 50_000 }, (_, i) => i / 3);
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (50000,), }";
  const plain = file('long.npy', npy(text, elements));
  const packed = file('long.npy.gz', gzipSync(npy(text, elements)));

  test.each([plain, packed])('are read in any order from %s', async (path) => {
    const array = await ArrayFile.open(path);
    for (const [first, count] of [
      [0, 10],
      [10, 20_000],
      [45_000, 5_000],
      [3, 30_000],
      [49_999, 1],
      [0, 50_000],
    ] as const) {
      expect(await array.read(first, count)).toEqual(elements.slice(first, first + count));
    }
    await array.close();
  });
});

describe('files packed by gzip', () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
  const whole = gzipSync(idx(0x08, [300, 1000], bytes));

  test('are unpacked while they are read', async () => {
    const { shape, elements } = await read(file('packed.gz', whole));
    expect(shape).toEqual([300, 1000]);
    expect(Buffer.from(elements)).toEqual(bytes);
  });

  const damaged = Buffer.from(whole);
  damaged.writeUInt32LE(0, whole.length - 8); // the checksum

  test.each<[string, Buffer, string]>([
    ['cut off', whole.subarray(0, whole.length - 100), 'unexpected end of file'],
    ['cut off in its header', whole.subarray(0, 9), 'unexpected end of file'],
    ['with another checksum', damaged, 'incorrect data check'],
    ['that hold too little', gzipSync(idx(0x08, [300, 1001], bytes)), 'instead of 300312'],
    ['that hold too much', gzipSync(idx(0x08, [300, 999], bytes)), 'has more than 299712 bytes'],
    ['of something else', gzipSync('no array at all'), 'neither a .npy nor an IDX file'],
  ])('%s are refused', async (_, content, message) => {
    await expect(read(file('bad.gz', content))).rejects.toMatchObject({
      code: 'ERR_BATCHNORM_FORMAT',
      message: expect.stringContaining(message),
    });
  });
});

test('a file that is not there is the error of the system', async () => {
  await expect(ArrayFile.open(file('missing'))).rejects.toMatchObject({ code: 'ENOENT' });
});
