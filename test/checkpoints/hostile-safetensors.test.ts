import { execFileSync } from 'node:child_process';
import { truncateSync } from 'node:fs';
import { FileError, FormatError, loadSafetensors, loadSafetensorsMetadata } from 'batchnorm';
import { safetensors, temporaryFolder } from '../formats/files';

const { file } = temporaryFolder();
const tensor = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const eight = Buffer.alloc(8);
const good = safetensors({ a: tensor(0, 8) }, eight);

/** The message of the error, which has taken no memory to speak of. */
function refused(bytes: Uint8Array): string {
  const path = file('bad.safetensors', bytes);
  const before = process.memoryUsage().arrayBuffers;
  let thrown: unknown;
  try {
    loadSafetensors(path);
  } catch (error) {
    thrown = error;
  }
  // A header is read in one piece.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes.length + 100_000);
  expect(thrown).toBeInstanceOf(FormatError);
  const { message } = thrown as FormatError;
  expect(message.length).toBeLessThan(500);
  expect(message).toContain(`${path}: `);
  return message;
}

function withLength(length: bigint): Buffer {
  const bytes = Buffer.from(good);
  bytes.writeBigUInt64LE(length);
  return bytes;
}

test.each<[string, Uint8Array, string]>([
  ['nothing', Buffer.alloc(0), 'it has 0 bytes, not even 8'],
  ['half a length', good.subarray(0, 7), 'it has 7 bytes, not even 8'],
  ['a header cut off', good.subarray(0, 20), 'cut off in its header, which has'],
  ['elements cut off', good.subarray(0, -1), 'cut off: 8 bytes should follow its header, and 7 do'],
  ['more than its elements', Buffer.concat([good, eight]), 'has more bytes than its tensors: 8'],
  ['a header beyond its end', withLength(10_000n), 'cut off in its header, which has 10000 bytes'],
  ['a header beyond 100 MB', withLength(100_000_001n), 'its header would have 100000001 bytes'],
  [
    'one of 2^64 - 1 bytes',
    withLength(2n ** 64n - 1n),
    'not a safetensors file: its first bytes are ff ff ff ff ff ff ff ff, by which its header would have 18446744073709551615',
  ],
  ['no header', safetensors(''), 'its header begins without {'],
  ['a header of a list', safetensors('[]'), 'its header begins without {'],
  ['a space before it', safetensors(' {}'), 'its header begins without {'],
  ['a mark of byte order', safetensors('\uFEFF{}'), 'its header begins without {'],
  ['bytes that are no UTF-8', safetensors('{"é":1}').fill(0xff, 10, 11), 'its header is not UTF-8'],
  [
    'a pickle',
    Buffer.from('\x80\x02}q\x00(X\x06\x00weightq\x01', 'latin1'),
    'not a safetensors file',
  ],
])('%s', (_, bytes, message) => expect(refused(bytes)).toContain(message));

describe('a header that is not of the format', () => {
  test.each<[string, string, string]>([
    ['without an end', '{', `at 1, where '"' should be, it ends`],
    ['with something after it', '{} {}', 'at 3, where its end should be, it goes on with "{}"'],
    ['of numbers', '{"a":1}', `where '{' should be, it goes on with "1}"`],
    ['with a comma too many', '{"a":{"dtype":"F32",}}', `where '"' should be`],
    ['with a name without quotes', '{a:{}}', `where '"' should be`],
    ['with a string without end', '{"a', 'the end of a string should be, it ends'],
    ['with an escape without end', '{"a\\', 'the end of a string should be, it ends'],
    ['with an unknown escape', '{"\\x":1}', 'where a string of Unicode text should be'],
    ['with a line break in a name', '{"a\nb":1}', 'where a string of Unicode text should be'],
    ['with half a surrogate pair', '{"\\ud800":1}', 'where a string of Unicode text should be'],
    ['with a name twice', '{"a":{"dtype":"F32","dtype":"F32"}}', 'its header has "dtype" twice'],
    [
      'with an empty tensor',
      '{"a":{}}',
      'tensor "a" lacks one of dtype, shape and two data_offsets',
    ],
    ['with an unknown field that is no JSON', '{"a":{"x":x}}', 'where a value should be'],
    [
      'with one offset',
      '{"a":{"dtype":"F32","shape":[],"data_offsets":[0]}}',
      'lacks one of dtype',
    ],
    ['with three offsets', '{"a":{"data_offsets":[0,1,2]}}', 'where at most 2 integers should be'],
    [
      'with a negative size',
      '{"a":{"shape":[-1]}}',
      'where an integer from 0 to 2^53 - 1 should be',
    ],
    ['with half a size', '{"a":{"shape":[0.5]}}', 'where an integer from 0 to 2^53 - 1 should be'],
    [
      'with a size of 1e9',
      '{"a":{"shape":[1e9]}}',
      'where an integer from 0 to 2^53 - 1 should be',
    ],
    [
      'with a size of 2^53',
      `{"a":{"shape":[${2n ** 53n}]}}`,
      'where an integer from 0 to 2^53 - 1',
    ],
    [
      'with a vast size',
      `{"a":{"shape":[${'9'.repeat(5000)}]}}`,
      'where an integer from 0 to 2^53',
    ],
    ['with a size of 01', '{"a":{"shape":[01]}}', 'where an integer from 0 to 2^53 - 1 should be'],
    [
      'with many axes',
      `{"a":{"shape":[${Array(129).fill(1)}]}}`,
      'where at most 128 integers should',
    ],
    [
      'with 2^18 + 1 names',
      `{"__metadata__":{${Array.from({ length: 2 ** 18 + 1 }, (_, i) => `"${i}":""`)}}}`,
      'its header has over 262144 names',
    ],
    ['with metadata of numbers', '{"__metadata__":{"a":1}}', `where '"' should be`],
    ['with metadata of lists', '{"__metadata__":[]}', `where '{' should be`],
    ['with a name twice in metadata', '{"__metadata__":{"a":"","a":""}}', 'has "a" twice'],
    [
      'with an unknown dtype',
      '{"a":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]}}',
      'tensor "a" has dtype "F8_E4M3"; read are',
    ],
    [
      'of the deepest lists',
      `{"a":${'['.repeat(1e6)}`,
      `where '{' should be, it goes on with "[[[[`,
    ],
    ['of the deepest objects', '{"a":'.repeat(2e5), 'where a value less deep should be'],
    [
      'with an endless name',
      `{"${'a'.repeat(1e6)}":{}}`,
      `tensor "${'a'.repeat(80)}..." lacks one of`,
    ],
    [
      'with a name of controls',
      '{"\\u001b[2J\\u0007":{}}',
      'tensor "\\u001b[2J\\u0007" lacks one of',
    ],
  ])('%s', (_, header, message) => expect(refused(safetensors(header))).toContain(message));
});

describe('a header that does not describe what follows it', () => {
  const huge = 2 ** 53 - 1;
  test.each<[string, object, string]>([
    [
      'overlaps',
      { a: tensor(0, 8), b: tensor(4, 8) },
      'tensor "b", of data_offsets [4, 8], overlaps',
    ],
    [
      'one tensor twice',
      { a: tensor(0, 8), b: tensor(0, 8) },
      'tensor "b", of data_offsets [0, 8], ov',
    ],
    [
      'a hole',
      { a: tensor(0, 4), b: tensor(8, 12) },
      '[8, 12], leaves a hole before it, from 4 on',
    ],
    ['a hole first', { a: tensor(4, 8) }, '[4, 8], leaves a hole before it, from 0 on'],
    [
      'an end before its beginning',
      { a: tensor(0, 8), b: tensor(8, 4, [0]) },
      '"b", of data_offsets [8, 4]',
    ],
    [
      'another shape',
      { a: tensor(0, 8, [3]) },
      'should take 12 bytes, for it is float32 of shape [3]',
    ],
    [
      'another dtype',
      { a: tensor(0, 8, [2], 'F64') },
      'should take 16 bytes, for it is float64 of shape [2]',
    ],
    [
      '100 GB',
      { a: tensor(0, 1e11) },
      'cut off: 100000000000 bytes should follow its header, and 8 do',
    ],
    ['1 GB', { a: tensor(0, 1e9) }, 'cut off: 1000000000 bytes should follow its header, and 8 do'],
    [
      'a product beyond 2^64',
      { a: tensor(0, 8, [2 ** 33, 2 ** 33]) },
      'should take 295147905179352830000 bytes',
    ],
    ['a product that wraps to 8', { a: tensor(0, 8, [2, huge, huge]) }, 'should take '],
    [
      'a product that is infinite',
      { a: tensor(0, 8, Array(128).fill(huge)) },
      'should take Infinity bytes',
    ],
    [
      'the largest offsets',
      { a: tensor(0, huge, [huge], 'U8') },
      `cut off: ${huge} bytes should follow`,
    ],
  ])('%s', (_, header, message) => {
    expect(refused(safetensors(header, eight))).toContain(message);
  });
});

test.each(['F32', 'U8'])('a file of 100 GB of %s has no memory, and is no crash', (dtype) => {
  const start = safetensors({ a: tensor(0, 1e11, [dtype === 'U8' ? 1e11 : 2.5e10], dtype) });
  const path = file('sparse.safetensors', start);
  truncateSync(path, start.length + 1e11); // what was not written takes no disk
  expect(() => loadSafetensors(path)).toThrow(/^cannot allocate 100000000000 bytes/);
  truncateSync(path, 0);
});

describe('names that objects have by themselves', () => {
  test('are names like others', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
    const members = names.map((name, i) => `"${name}":${JSON.stringify(tensor(4 * i, 4 * i + 4))}`);
    const text = `{"__metadata__":{"__proto__":"x"},${members}}`;
    const path = file('names.safetensors', safetensors(text, Buffer.alloc(20)));
    const dict = loadSafetensors(path);
    expect(Object.keys(dict)).toEqual(names);
    expect(Object.getPrototypeOf(dict)).toBe(Object.prototype);
    expect(Object.entries(loadSafetensorsMetadata(path))).toEqual([['__proto__', 'x']]);
  });
});

describe('what the system refuses', () => {
  const codeOf = (path: string) => {
    try {
      loadSafetensors(path);
    } catch (error) {
      expect((error as Error).message).toContain(path);
      return (error as FileError).code;
    }
    throw new Error('nothing was thrown');
  };

  test('a file that is not there is the error of the system', () => {
    expect(codeOf(file('missing'))).toBe('ENOENT');
    expect(() => loadSafetensors(file('missing'))).toThrow(FileError);
    expect(() => loadSafetensors(file('missing'))).toThrow(/^cannot read .*missing: ENOENT/);
  });

  test('a folder, a device and a pipe are no files', () => {
    execFileSync('mkfifo', [file('pipe')]);
    for (const path of [file('.'), '/dev/zero', file('pipe')]) {
      expect(codeOf(path)).toBe('ERR_BATCHNORM_FORMAT');
    }
    expect(() => loadSafetensors(file('pipe'))).toThrow('is no file but a pipe or a device');
    expect(() => loadSafetensors(file('.'))).toThrow('is no file but a folder');
  });
});
