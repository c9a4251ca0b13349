import fc from 'fast-check';
import { ArrayFile } from '../../lib/formats/array-file';
import { writeNpyHeader } from '../../lib/formats/npy';
import { bytesOf, npy, temporaryFolder } from './files';

const { file } = temporaryFolder();

async function read(bytes: Buffer) {
  const array = await ArrayFile.open(file('array.npy', bytes));
  const { dtype, shape, size } = array;
  const elements = await array.read(0, size);
  await array.close();
  return { dtype, shape, elements: [...elements] };
}

describe('what NumPy writes is read', () => {
  test.each([
    ['<f4', 'float32', Float32Array.of(1.5, -2, 3, 4, 5, 6)],
    ['<f8', 'float64', Float64Array.of(0.1, -2, 3, 4, 5, 6)],
    ['|u1', 'uint8', Uint8Array.of(0, 255, 3, 4, 5, 6)],
  ])('%s', async (descr, dtype, elements) => {
    const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (2, 3), }`;
    const expected = { dtype, shape: [2, 3], elements: [...elements] };
    expect(await read(npy(text, elements))).toEqual(expected);
    expect(await read(npy(text, elements, [2, 0]))).toEqual(expected);
    expect(await read(npy(text, elements, [3, 0]))).toEqual(expected);
  });

  test.each<[string, number[]]>([
    ['()', []],
    ['(1,)', [1]],
    ['(1, 1, 1)', [1, 1, 1]],
  ])('shape %s', async (shape, expected) => {
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`;
    expect((await read(npy(text, Uint8Array.of(7)))).shape).toEqual(expected);
  });

  test('the most significant byte first', async () => {
    const text = "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }";
    const bytes = Buffer.from([0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]);
    expect((await read(npy(text, bytes))).elements).toEqual([1.5, -2]);
  });

  test('no elements', async () => {
    const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 0), }";
    const { shape, elements } = await read(npy(text, new Float32Array(0)));
    expect([shape, elements]).toEqual([[3, 0], []]);
  });

  test('another order of the keys, other spaces and quotes', async () => {
    const text = `{"shape":(2,),"descr":"|u1","fortran_order":True}`;
    expect((await read(npy(text, Uint8Array.of(1, 2)))).elements).toEqual([1, 2]);
  });
});

describe('what is written', () => {
  test('has the header that NumPy writes', () => {
    const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
    expect(writeNpyHeader('float32', [2, 3])).toEqual(npy(text, new Uint8Array(0)));
    const row = "{'descr': '<f8', 'fortran_order': False, 'shape': (7,), }";
    expect(writeNpyHeader('float64', [7])).toEqual(npy(row, new Uint8Array(0)));
  });

  test.each<[number[]]>([[[]], [[4]], [[2, 3]], [[1, 0, 5]], [Array(30).fill(1)]])(
    'shape %j can be read again, and its elements begin at a multiple of 64',
    async (shape) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const elements = new Float32Array(size).map((_, i) => i + 0.5);
      const header = writeNpyHeader('float32', shape);
      expect(header.length % 64).toBe(0);
      const array = await read(Buffer.concat([header, bytesOf(elements)]));
      expect(array).toEqual({ dtype: 'float32', shape, elements: [...elements] });
    },
  );
});

describe('what is not a whole .npy file is refused', () => {
  const dictionary = (changes: Record<string, string>) => {
    const entries = { descr: "'|u1'", fortran_order: 'False', shape: '(2,)', ...changes };
    const text = Object.entries(entries).map(([key, value]) => `'${key}': ${value}`);
    return npy(`{${text.join(', ')}, }`, Uint8Array.of(1, 2));
  };
  const good = dictionary({});

  test.each<[string, Buffer, string]>([
    ['nothing', Buffer.alloc(0), 'neither a .npy nor an IDX file'],
    ['text', Buffer.from('1,2,3\n4,5,6\n'), 'neither a .npy nor an IDX file'],
    ['its magic alone', good.subarray(0, 6), 'cut off in its header'],
    ['half a header', good.subarray(0, 40), 'cut off in its header'],
    ['a header without its end', good.subarray(0, good.length - 3), 'cut off in its header'],
    ['too few elements', good.subarray(0, good.length - 1), 'has 129 bytes instead of 130'],
    ['too many', Buffer.concat([good, Buffer.of(0)]), 'has 131 bytes instead of 130'],
    ['version 4', npy('{}', Buffer.alloc(0), [4, 0]), 'of version 4.0 of .npy'],
    ['version 1.1', npy('{}', Buffer.alloc(0), [1, 1]), 'of version 1.1 of .npy'],
    ['a vast header', npy(' '.repeat(20_000), Buffer.alloc(0), [2, 0]), 'has a header of '],
    ['no dictionary', npy('[1, 2]', Buffer.alloc(0)), 'has a header that cannot be read: [1, 2]'],
    [
      'one without a shape',
      npy("{'descr': '|u1'}", Buffer.alloc(0)),
      'without descr, fortran_order',
    ],
    ['code', npy("{'descr': open('x'), }", Buffer.alloc(0)), 'has a header that cannot be read'],
    ['another key', dictionary({ more: '1' }), 'has a header that cannot be read'],
    ['complex numbers', dictionary({ descr: "'<c8'" }), "holds elements of type '<c8'; read are"],
    ['floats of an order that is none', dictionary({ descr: "'@f4'" }), "of type '@f4'"],
    ['objects', dictionary({ descr: "'|O'" }), "holds elements of type '|O'"],
    ['records', dictionary({ descr: "[('a', '<f4')]" }), "of type [('a', '<f4')]"],
    ['a shape that is none', dictionary({ shape: '(2)' }), 'has a shape that is no tuple: (2)'],
    ['a negative size', dictionary({ shape: '(-2,)' }), 'has a header that cannot be read'],
    ['a shape of commas', dictionary({ shape: '(2,,1)' }), 'has a shape that is no tuple'],
    ['a vast shape', dictionary({ shape: '(4294967296, 4294967296)' }), 'has too many elements'],
    ['a vaster one', dictionary({ shape: `(${'9'.repeat(400)},)` }), 'has too many elements'],
    [
      'a shape that does not fit',
      dictionary({ shape: '(3,)' }),
      'its header says uint8 of shape [3]',
    ],
  ])('%s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({
      code: 'ERR_BATCHNORM_FORMAT',
      message: expect.stringContaining(message),
    });
  });
});

test('whatever byte of its header is another, it is read or refused as what it is', async () => {
  const text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  const good = npy(text, Float32Array.of(1, 2, 3, 4, 5, 6));
  const position = fc.integer({ min: 0, max: 10 + text.length });
  await fc.assert(
    fc.asyncProperty(position, fc.integer({ min: 0, max: 255 }), async (at, byte) => {
      const changed = Buffer.from(good);
      changed[at] = byte;
      const outcome = await read(changed).catch((error) => error);
      if ('elements' in outcome) expect(outcome.elements).toHaveLength(6);
      else expect(outcome).toMatchObject({ code: 'ERR_BATCHNORM_FORMAT' });
    }),
    { numRuns: 300 },
  );
});
