import { ArgumentError, FormatError, loadNpz, tensor } from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { npy, temporaryFolder } from '../formats/files';
import { type Member, zip } from '../formats/zip';

const { file } = temporaryFolder();
const array = (descr: string, elements: ArrayBufferView) =>
  npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': (1,), }`, elements);
const floats = (value: number) => array('<f4', Float32Array.of(value));
const good: Member[] = [
  { name: 'mean.npy', bytes: floats(1) },
  { name: 'std.npy', bytes: floats(2), method: 8 },
  { name: 'model.weight.npy', bytes: floats(3) },
  { name: 'model.bias.npy', bytes: floats(4) },
];
const bad: Record<string, Member> = {
  text: { name: 'bad.npy', bytes: array('<U3', Buffer.alloc(12)) },
  objects: { name: 'bad.npy', bytes: array('|O', Buffer.alloc(9)) },
  'no array': { name: 'bad.npy', bytes: Buffer.from('text') },
  'a damaged one': { name: 'bad.npy', bytes: floats(5), crc32: 1 },
  'one cut off': { name: 'bad.npy', bytes: floats(5).subarray(0, -1) },
  'one packed by LZMA': { name: 'bad.npy', bytes: floats(5), method: 14 },
  'an encrypted one': { name: 'bad.npy', bytes: floats(5), flags: 1 },
  'another file': { name: 'bad.txt', bytes: Buffer.from('text') },
  'a name in another encoding': {
    name: Buffer.from('b\xe9.npy', 'latin1'),
    bytes: floats(5),
    flags: 0,
  },
  'one without a header': { name: 'bad.npy', bytes: floats(5), signature: 0 },
};

describe.each(Object.entries(bad))('beside %s', (_, member) => {
  const bytes = zip([...good.slice(0, 2), member, ...good.slice(2)]);

  test('the arrays that names asks for are read', () => {
    const expected = { mean: tensor([1]), std: tensor([2]) };
    expect(loadNpz(bytes, { names: ['std', 'mean'] })).toEqual(expected);
    expect(loadNpz(file('some.npz', bytes), { names: ['mean'] })).toEqual({ mean: tensor([1]) });
  });

  test('those of a prefix are', () => {
    const expected = { 'model.weight': tensor([3]), 'model.bias': tensor([4]) };
    expect(loadNpz(bytes, { prefix: 'model.' })).toEqual(expected);
    const both = { prefix: 'model.', names: ['model.bias', 'mean'] };
    expect(loadNpz(bytes, both)).toEqual({ 'model.bias': tensor([4]) });
    expect(loadNpz(bytes, { prefix: 'none' })).toEqual({});
  });

  test('all are not: it is named, and what reads the others', () => {
    const said = expectRefused(() => loadNpz(bytes), FormatError, 'member "b');
    expect(said).toContain('; the options names and prefix read others alone');
  });
});

test('asked for, it is refused; the others are named where one is not there', () => {
  const bytes = zip([...good, bad.text as Member]);
  expectRefused(
    () => loadNpz(bytes, { names: ['bad'] }),
    FormatError,
    "holds elements of type '<U3'",
  );
  const said = expectRefused(
    () => loadNpz(bytes, { names: ['mean', 'var'] }),
    FormatError,
    'has no array',
  );
  expect(said).toContain('has no array "var"; it has mean, std, model.weight, model.bias, bad');
  expect(loadNpz(bytes, { names: [] })).toEqual({});
});

test.each<[unknown, string]>([
  [{ names: 'mean' }, "names should be an array of strings, got 'mean'"],
  [{ names: [1] }, 'names should be an array of strings, got an array of others'],
  [{ prefix: 1 }, 'prefix should be a string, got 1'],
  [{ keys: [] }, "unknown option 'keys'"],
  [null, 'options should be an object of names, prefix, got null'],
])('options %p are refused', (options, message) => {
  expectRefused(() => loadNpz('any', options as never), ArgumentError, `loadNpz: ${message}`);
});
