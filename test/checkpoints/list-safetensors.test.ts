import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ArgumentError, FormatError, listSafetensors, loadSafetensorsMetadata } from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { safetensors, temporaryFolder } from '../formats/files';
import { fixtures, readExpected } from './expected';

const { file } = temporaryFolder();
const { files } = readExpected();

test.each(Object.keys(files).filter((name) => name.endsWith('.safetensors')))(
  'names the tensors of %s, in their order',
  (name) => {
    // expected.json has 16-bit floats widened.
    const widened = (dtype: string) => dtype.replace(/^b?float16$/, 'float32');
    const listed = listSafetensors(join(fixtures, name)).map((tensor) => [
      tensor.name,
      widened(tensor.dtype),
      tensor.shape,
    ]);
    const expected = (files[name] ?? []).map(([key, dtype, shape]) => [key, dtype, shape]);
    expect(listed).toEqual(expected);
  },
);

const entry = (dtype: string, begin: number, end: number) => ({
  dtype,
  shape: [2],
  data_offsets: [begin, end],
});

test('gives those of any dtype, and metadata beside them', () => {
  const header = {
    __metadata__: { format: 'pt' },
    a: entry('F8_E4M3', 0, 2),
    b: entry('C64', 2, 18),
    c: entry('F4', 18, 19),
    d: entry('BF16', 19, 23),
    e: entry('OF_LATER_YEARS', 23, 30),
  };
  const bytes = safetensors(header, Buffer.alloc(30));
  expect(listSafetensors(bytes).map(({ dtype }) => dtype)).toEqual([
    'F8_E4M3',
    'C64',
    'F4',
    'bfloat16',
    'OF_LATER_YEARS',
  ]);
  expect(listSafetensors(bytes, { prefix: 'd' })).toEqual([
    { name: 'd', dtype: 'bfloat16', shape: [2] },
  ]);
  expect(loadSafetensorsMetadata(bytes)).toEqual({ format: 'pt' });
});

test('reads no tensor', () => {
  const start = safetensors({ a: { dtype: 'F32', shape: [2.5e10], data_offsets: [0, 1e11] } });
  const path = file('sparse.safetensors', start);
  truncateSync(path, start.length + 1e11); // what was not written takes no disk
  expect(listSafetensors(path)).toEqual([{ name: 'a', dtype: 'float32', shape: [2.5e10] }]);
  expect(loadSafetensorsMetadata(path)).toEqual({});
  truncateSync(path, 0);
});

test('refuses what is no whole file, and options that make no sense', () => {
  const cut = safetensors({ a: entry('F32', 0, 8) }, Buffer.alloc(7));
  expectRefused(() => listSafetensors(cut), FormatError, 'cut off: 8 bytes should follow');
  const call = (options: unknown) => () => listSafetensors('any', options as never);
  expectRefused(call({ prefix: 1 }), ArgumentError, 'listSafetensors: prefix should be a string');
  expectRefused(call({ keys: [] }), ArgumentError, "unknown option 'keys', the options are prefix");
});
