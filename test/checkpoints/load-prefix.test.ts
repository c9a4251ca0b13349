import {
  ArgumentError,
  BatchNorm2d,
  FormatError,
  loadSafetensors,
  loadSafetensorsMetadata,
  saveSafetensors,
  zeros,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { safetensors, temporaryFolder } from '../formats/files';

const { file } = temporaryFolder();
const prefix = 'b.0.';

test('reads the part of a file that a module takes, whatever lies before and behind it', () => {
  const source = new BatchNorm2d(3);
  source.forward(zeros([1, 3, 2, 2]));
  const state = Object.entries(source.stateDict()).map(([key, value]) => [prefix + key, value]);
  const path = file('model.safetensors');
  saveSafetensors(path, { a: zeros([5]), ...Object.fromEntries(state), 'b.00': 7, c: zeros([2]) });
  const part = loadSafetensors(path, { prefix });
  expect(Object.keys(part).sort()).toEqual(state.map(([key]) => key).sort());
  const target = new BatchNorm2d(3);
  target.loadStateDict(part, { prefix });
  expect(target.stateDict()).toEqual(source.stateDict());
  expect(loadSafetensors(path, { prefix: 'none.' })).toEqual({});
  expect(loadSafetensors(path, { prefix: '' })).toEqual(loadSafetensors(path));
});

test('takes memory for that part alone', () => {
  const path = file('large.safetensors');
  saveSafetensors(path, { a: zeros([2 ** 21]), b: zeros([2]) });
  const before = process.memoryUsage().arrayBuffers;
  expect(loadSafetensors(path, { prefix: 'b' })).toMatchObject({ b: { shape: [2] } });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});

describe('dtypes that are not read', () => {
  const entry = (dtype: string, begin: number, end: number) => ({
    dtype,
    shape: [2],
    data_offsets: [begin, end],
  });
  const bytes = Buffer.of(1, 2, 3, 4, 5, 6);
  const header = { a: entry('F8_E4M3', 0, 2), b: entry('U8', 2, 4), c: entry('F4', 4, 6) };

  test('do not matter outside it', () => {
    const path = file('types.safetensors', safetensors(header, bytes));
    const b = { dtype: 'uint8', data: Uint8Array.of(3, 4), shape: [2] };
    expect(loadSafetensors(path, { prefix: 'b' })).toEqual({ b });
    for (const options of [{}, { prefix: 'c' }]) {
      expectRefused(() => loadSafetensors(path, options), FormatError, 'has dtype "F');
    }
    expect(loadSafetensorsMetadata(path)).toEqual({});
  });

  test('keep their place nevertheless', () => {
    const refused = (changed: object, message: string) => {
      const path = file('bad.safetensors', safetensors({ ...header, ...changed }, bytes));
      expectRefused(() => loadSafetensors(path, { prefix: 'b' }), FormatError, message);
    };
    refused({ a: entry('F8_E4M3', 0, 3) }, 'tensor "b", of data_offsets [2, 4], overlaps');
    refused({ a: entry('F8_E4M3', 0, 1) }, 'leaves a hole before it, from 1 on');
    refused({ c: entry('F4', 4, 3) }, 'tensor "c", of data_offsets [4, 3], ends before it begins');
    refused({ c: entry('F4', 4, 2 ** 40) }, 'cut off: 1099511627776 bytes should follow');
  });
});

test('refuses options that make no sense', () => {
  const call = (options: unknown) => () => loadSafetensors('any', options as never);
  expectRefused(call({ prefix: 1 }), ArgumentError, 'loadSafetensors: prefix should be a string');
  expectRefused(call({ keys: [] }), ArgumentError, "unknown option 'keys', the options are prefix");
});
