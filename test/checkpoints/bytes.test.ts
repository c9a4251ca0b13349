import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ArgumentError,
  type FileOrBytes,
  FormatError,
  listSafetensors,
  loadNpy,
  loadNpz,
  loadSafetensors,
  loadSafetensorsMetadata,
  type Tensor,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { fixtures } from './expected';

const loaders: Record<string, readonly ((source: FileOrBytes) => unknown)[]> = {
  'model.safetensors': [loadSafetensors, loadSafetensorsMetadata, listSafetensors],
  'types.safetensors': [loadSafetensors],
  'halves.safetensors': [loadSafetensors],
  'fortran.npy': [loadNpy],
  'int64.npy': [loadNpy],
  'stored.npz': [loadNpz],
  'packed.npz': [loadNpz],
};
const cases = Object.entries(loaders).flatMap(([name, loads]) =>
  loads.map((load) => [load.name, name, load] as const),
);

/** The same bytes as all that a loader takes. */
function forms(bytes: Buffer): [string, FileOrBytes][] {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const inside = new Uint8Array(bytes.length + 8);
  inside.set(bytes, 3); // at no multiple of an element
  return [
    ['a Buffer', bytes],
    ['an ArrayBuffer', new Uint8Array(bytes).buffer],
    ['a part of one', inside.subarray(3, -5)],
    ['a SharedArrayBuffer', shared],
    ['bytes of one', new Uint8Array(shared)],
  ];
}

test.each(cases)('%s reads the bytes of %s as it does the file', (_, name, load) => {
  const path = join(fixtures, name);
  const expected = load(path);
  expect(load(pathToFileURL(path))).toEqual(expected);
  for (const [form, bytes] of forms(readFileSync(path))) {
    expect([form, load(bytes)]).toEqual([form, expected]);
  }
});

test('tensors do not share the memory of the bytes, and leave them as they are', () => {
  const bytes = readFileSync(join(fixtures, 'big-endian.npy'));
  const before = Buffer.from(bytes);
  const { data } = loadNpy(bytes);
  const values = [...data];
  expect(bytes).toEqual(before);
  bytes.fill(0);
  expect([...data]).toEqual(values);
  const model = readFileSync(join(fixtures, 'model.safetensors'));
  const weight = loadSafetensors(model)['head.weight'] as Tensor;
  expect(weight.data.byteOffset % 8).toBe(0);
  expect(weight.data.buffer).not.toBe(model.buffer);
});

test('a prefix reads a part of the bytes', () => {
  const path = join(fixtures, 'model.safetensors');
  const options = { prefix: 'backbone.0.' };
  expect(loadSafetensors(readFileSync(path), options)).toEqual(loadSafetensors(path, options));
});

test('what is wrong with bytes is said of them', () => {
  for (const load of [
    loadSafetensors,
    loadSafetensorsMetadata,
    listSafetensors,
    loadNpy,
    loadNpz,
  ]) {
    expectRefused(() => load(Buffer.alloc(0)), FormatError, 'the 0 bytes given: not a ');
    expectRefused(() => load(new ArrayBuffer(5)), FormatError, 'the 5 bytes given: not a ');
  }
  const cut = readFileSync(join(fixtures, 'model.safetensors')).subarray(0, -1);
  expectRefused(
    () => loadSafetensors(cut),
    FormatError,
    `the ${cut.length} bytes given: cut off: `,
  );
  const index = Buffer.from('{"weight_map":{"a":"b.safetensors"}}');
  const message =
    'bytes given: the index of a sharded checkpoint, whose shards lie beside it: give its';
  expectRefused(() => loadSafetensors(index), FormatError, message);
});

test.each<[unknown, string]>([
  [undefined, 'got undefined'],
  [3, 'got 3'],
  [{}, 'got Object'],
  [
    'https://example.org/a.npy',
    "got 'https://example.org/a.npy': pass the bytes there, await (await fetch(x)).arrayBuffer()",
  ],
  [
    new URL('https://example.org/a.npy'),
    'got URL: pass the bytes there, await (await fetch(x)).arrayBuffer()',
  ],
  [Promise.resolve(new ArrayBuffer(1)), 'got Promise: await it first'],
  [new Response(''), 'got Response: pass its await x.arrayBuffer()'],
  [new Blob([]), 'got Blob: pass its await x.arrayBuffer()'],
  [new Float32Array(1), 'got Float32Array: its bytes are new Uint8Array(x.buffer, x.byteOffset'],
  [new DataView(new ArrayBuffer(1)), 'got DataView: its bytes are new Uint8Array('],
  [[1, 2], 'got Array'],
])('%p is neither a path nor bytes', (source, message) => {
  for (const load of [
    loadSafetensors,
    loadSafetensorsMetadata,
    listSafetensors,
    loadNpy,
    loadNpz,
  ]) {
    const expected = `${load.name}: expected the path of a file or its bytes, as a string, URL, Uint8Array or ArrayBuffer, ${message}`;
    expectRefused(() => load(source as FileOrBytes), ArgumentError, expected);
  }
});

test('memory that is gone is said to be', () => {
  const gone = new ArrayBuffer(8);
  structuredClone(gone, { transfer: [gone] });
  expectRefused(
    () => loadNpy(gone),
    ArgumentError,
    'loadNpy: the memory of the ArrayBuffer is gone',
  );
});
