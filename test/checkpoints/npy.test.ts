import { readFileSync } from 'node:fs';
import {
  ArgumentError,
  DTypeError,
  FormatError,
  type IntegerTensor,
  loadNpy,
  randn,
  saveNpy,
  tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { npy, temporaryFolder } from '../formats/files';

const { file } = temporaryFolder();
const dictionary = (descr: string, order: 'True' | 'False', shape: string) =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${shape}), }`;

// What Python writes is in python.test.ts.
describe('loadNpy', () => {
  test('puts Fortran order right, of more elements than fit into the cache at once', () => {
    const [a, b, c] = [110, 3, 90];
    const columns = Float64Array.from({ length: a * b * c }, (_, i) => i);
    const bytes = npy(dictionary('<f8', 'True', `${a}, ${b}, ${c}`), columns);
    const { data, shape } = loadNpy(file('fortran.npy', bytes));
    expect(shape).toEqual([a, b, c]);
    const expected = Float64Array.from(columns, (_, i) => {
      const [x, y, z] = [Math.floor(i / (b * c)), Math.floor(i / c) % b, i % c];
      return x + a * (y + b * z);
    });
    expect(data).toEqual(expected);
  });

  test.each(['', '5,', '0, 3', '1, 5'])('takes Fortran order of shape (%s)', (shape) => {
    const sizes = shape.split(',').filter(Boolean).map(Number);
    const length = sizes.reduce((product, size) => product * size, 1);
    const bytes = npy(dictionary('<f4', 'True', shape), new Float32Array(length).fill(3));
    expect(loadNpy(file('vector.npy', bytes))).toEqual(
      tensor(new Float32Array(length).fill(3), sizes),
    );
  });

  test('gives memory that is nobody else’s', () => {
    const bytes = npy(dictionary('<f4', 'False', '2,'), Float32Array.of(1, 2));
    const { data } = loadNpy(file('own.npy', bytes));
    expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, 8]);
  });

  test.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'not a .npy file: it does not begin with'],
    ['its magic alone', Buffer.from('\x93NUMPY', 'latin1'), 'cut off in its header'],
    ['a header of 0 bytes', Buffer.from('\x93NUMPY\x01\0\0\0', 'latin1'), 'cut off in its header'],
    ['a header of 1 byte', Buffer.from('\x93NUMPY\x01\0\x01\0{}', 'latin1'), 'cannot be read: {'],
    ['a vast header', npy(' '.repeat(20_000), Buffer.alloc(0), [2, 0]), 'has a header of '],
    [
      'half a header',
      npy(dictionary('<f4', 'False', '2,'), Buffer.of()).subarray(0, 40),
      'cut off in',
    ],
    [
      'complex numbers',
      npy(dictionary('<c8', 'False', ''), Buffer.alloc(8)),
      'of up to 8 bytes: save a.real and a.imag',
    ],
    [
      'longer floats',
      npy(dictionary('<f16', 'False', ''), Buffer.alloc(16)),
      "of up to 8 bytes: save a.astype('float64')",
    ],
    [
      'dates',
      npy(dictionary('<M8[ns]', 'False', ''), Buffer.alloc(8)),
      "of type '<M8[ns]'; read are Booleans, integers and floats of up to 8 bytes: save a.astype('int64')",
    ],
    [
      'text',
      npy(dictionary('<U3', 'False', ''), Buffer.alloc(12)),
      'of up to 8 bytes: save numbers',
    ],
    [
      'fields',
      npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (), }", Buffer.alloc(4)),
      "of up to 8 bytes: save each field by itself, as a['name']",
    ],
    ['bytes that are text', npy(dictionary('|S5', 'False', ''), Buffer.alloc(5)), "of type '|S5'"],
    [
      'pickled objects',
      npy(dictionary('|O', 'False', ''), Buffer.alloc(5)),
      "of type '|O'; read are",
    ],
    [
      'too few elements',
      npy(dictionary('<i8', 'False', '2,'), Buffer.alloc(15)),
      'says int64 of shape [2]',
    ],
    [
      'too many',
      npy(dictionary('<i8', 'False', '2,'), Buffer.alloc(17)),
      'has 145 bytes instead of 144',
    ],
    [
      '100 GB',
      npy(dictionary('<f4', 'False', '25000000000,'), Buffer.of()),
      'instead of 100000000128',
    ],
    [
      'vast sizes',
      npy(dictionary('<f4', 'False', '4294967296, 4294967296'), Buffer.of()),
      'too many',
    ],
    [
      '129 axes',
      npy(dictionary('<f4', 'False', '1, '.repeat(129)), Buffer.alloc(4)),
      'has 129 dimensions',
    ],
  ])('refuses %s', (_, bytes, message) => {
    const path = file('bad.npy', bytes);
    const before = process.memoryUsage().arrayBuffers;
    const said = expectRefused(() => loadNpy(path), FormatError, message);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes.length + 100_000);
    expect(said).toContain(`${path}: `);
  });
});

describe('saveNpy', () => {
  test('writes channels last in logical order', () => {
    const x = randn([2, 3, 4, 5], { memoryFormat: 'channelsLast', dtype: 'float64' });
    saveNpy(file('saved.npy'), x);
    expect(loadNpy(file('saved.npy'))).toEqual(x.to({ memoryFormat: 'contiguous' }));
  });

  test('writes whatever stands for a tensor', () => {
    saveNpy(file('saved.npy'), { data: Float32Array.of(1, 2), dims: [1, 2] });
    expect(loadNpy(file('saved.npy'))).toEqual(tensor([[1, 2]]));
    saveNpy(file('saved.npy'), { data: BigInt64Array.of(1n), shape: [] });
    const { dtype, data, shape } = loadNpy<IntegerTensor>(file('saved.npy'));
    expect([dtype, data, shape]).toEqual(['int64', BigInt64Array.of(1n), []]);
  });

  test('refuses what is no tensor, and leaves the file as it was', () => {
    saveNpy(file('old.npy'), tensor([1]));
    const old = readFileSync(file('old.npy'));
    for (const value of [3, null, [1], 'text']) {
      const call = () => saveNpy(file('old.npy'), value as never);
      expectRefused(call, ArgumentError, 'saveNpy: tensor must be a Tensor');
    }
    const clamped = { data: new Uint8ClampedArray(1), shape: [1] };
    expectRefused(
      () => saveNpy(file('old.npy'), clamped as never),
      DTypeError,
      'Uint8ClampedArray',
    );
    expect(readFileSync(file('old.npy'))).toEqual(old);
  });
});
