import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError, listSafetensors, loadNpy, loadSafetensorsMetadata } from 'batchnorm';
import { widen } from '../../lib/formats/widen';
import { expectRefused } from '../expect-refused';
import { bytesOf, safetensors } from '../formats/files';
import { fixtures, readExpected } from './expected';

// What Python made of each of them; null where it refused it.
interface Headers {
  readonly npy: readonly [
    header: string,
    read: [dtype: string, shape: number[], elements: string] | null,
  ][];
  readonly safetensors: readonly [
    header: string,
    read: { keys: string[]; metadata: object } | null,
  ][];
}

const headers: Headers = JSON.parse(readFileSync(join(fixtures, 'headers.json'), 'utf8'));
const { numpy, safetensors: version } = readExpected();

const npyHeaders = headers.npy.map(([header, read]) => {
  const start = Buffer.from(header, 'hex');
  return [start.toString('latin1', 10).trim(), start, read] as const;
});

test.each(npyHeaders)(`a .npy header is read as NumPy ${numpy} reads it: %s`, (_, start, read) => {
  const elements = Buffer.from(Array.from({ length: 16 }, (_, i) => i + 1));
  if (read === null) {
    const said = expectRefused(
      () => loadNpy(Buffer.concat([start, elements])),
      FormatError,
      'bytes given: h',
    );
    expect(said).not.toContain('instead of');
    return;
  }
  const [dtype, shape, bytes] = read;
  const length = bytes.length / 2;
  const array = loadNpy(Buffer.concat([start, elements.subarray(0, length)]));
  const expected = dtype === 'float16' ? widened(bytes) : Buffer.from(bytes, 'hex');
  expect(bytesOf(array.data)).toEqual(expected);
  expect(array.shape).toEqual(shape);
  expect(array.dtype).toBe(dtype === 'float16' ? 'float32' : dtype);
});

function widened(halves: string): Buffer {
  const target = new Float32Array(halves.length / 4);
  bytesOf(target).write(halves, halves.length / 2, 'hex');
  widen(target, 'float16');
  return bytesOf(target);
}

test.each(headers.safetensors)(
  `a header is read as safetensors ${version} reads it: %s`,
  (header, read) => {
    const bytes = safetensors(header, Buffer.alloc(8));
    if (read === null) {
      for (const load of [loadSafetensorsMetadata, listSafetensors]) {
        expectRefused(() => load(bytes), FormatError, 'its header');
      }
      return;
    }
    expect(loadSafetensorsMetadata(bytes)).toEqual(read.metadata);
    expect(listSafetensors(bytes).map(({ name }) => name)).toEqual(read.keys);
  },
);
