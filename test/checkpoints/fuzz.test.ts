import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  FileError,
  type FileOrBytes,
  FormatError,
  listSafetensors,
  loadNpy,
  loadNpz,
  loadSafetensors,
  loadSafetensorsMetadata,
  ones,
  saveSafetensors,
} from 'batchnorm';
import fc from 'fast-check';
import { safetensorsTypes } from '../../lib/formats/safetensors-types';
import { bytesOf, temporaryFolder } from '../formats/files';
import { byName, type Described, describeTensor, fixtures, readExpected } from './expected';
import { loadOrRefuse, mutations } from './mutations';

const { file } = temporaryFolder();
const { files } = readExpected();
const numRuns = 500;

/** Node.js takes so much by itself now and then, for small buffers. */
const slack = 300_000;

/**
 * Checks what comes of `load` for many changes of the files. Returns how often it came to a value,
 * which is to happen now and then: a loader that refuses everything passes all else.
 */
function fuzz<T>(
  names: string[],
  load: (path: string) => T,
  boundOf: (size: number) => number,
  check: (loaded: T, bytes: Buffer) => void,
): number {
  let count = 0;
  const originals = names.map((name) => readFileSync(join(fixtures, name)));
  fc.assert(
    fc.property(fc.constantFrom(...originals), mutations, (original, mutate) => {
      const bytes = mutate(original);
      const path = file('changed', bytes);
      const loaded = loadOrRefuse(() => load(path), boundOf(bytes.length) + slack);
      if (loaded === null) return;
      count++;
      check(loaded, bytes);
    }),
    { numRuns },
  );
  return count;
}

/** What the header says, read by others: `JSON.parse`, and slices of the file. */
function readOtherwise(bytes: Buffer): {
  metadata: object | null | undefined;
  tensors: Described[];
} {
  const begin = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, begin));
  type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };
  const tensors = Object.entries<Entry>(entries).map(([name, entry]): Described => {
    const [from, to] = entry.data_offsets;
    expect(to).toBeLessThanOrEqual(bytes.length - begin);
    const elements = bytes.toString('base64', begin + from, begin + to);
    return [name, safetensorsTypes.get(entry.dtype) as string, entry.shape, elements];
  });
  return { metadata, tensors };
}

/** `load`, which is to make the same of the file's bytes, down to its errors. */
function asBytes<T>(load: (source: FileOrBytes) => T): (path: string) => T {
  return (path) => {
    const bytes = readFileSync(path);
    const given = new SharedArrayBuffer(bytes.length);
    new Uint8Array(given).set(bytes);
    const [loaded, same] = [path, given].map((source) => {
      try {
        return load(source);
      } catch (error) {
        return error;
      }
    }) as [unknown, unknown];
    if (!(loaded instanceof FormatError)) {
      expect(same).toEqual(loaded);
      return loaded as T;
    }
    const { message } = same as FormatError;
    expect(message).toBe(loaded.message.replace(path, `the ${bytes.length} bytes given`));
    throw loaded;
  };
}

test('a changed safetensors file is read as it is, or refused', () => {
  const load = asBytes((source) => ({
    metadata: loadSafetensorsMetadata(source),
    listed: listSafetensors(source),
    dict: loadSafetensors(source),
  }));
  // All twice: the bytes, its header, three times; its tensors.
  const count = fuzz(
    ['types.safetensors', 'model.safetensors'],
    load,
    (size) => 12 * size,
    (loaded, bytes) => {
      const { metadata, tensors } = readOtherwise(bytes);
      const described = Object.entries(loaded.dict).map(([key, value]) =>
        describeTensor(key, value),
      );
      // 16-bit floats are wider now: none of these files had any, but a change may make some.
      const isHalf = ([, dtype]: Described) => dtype.endsWith('float16');
      if (!tensors.some(isHalf)) expect(described.sort(byName)).toEqual(tensors.sort(byName));
      expect(loaded.metadata).toEqual(metadata ?? {});
      const names = loaded.listed.map(({ name }) => name);
      expect(names.sort()).toEqual(tensors.map(([name]) => name).sort());
    },
  );
  expect(count).toBeGreaterThan(numRuns / 25);
});

test('a changed .npy file is read as it is, or refused', () => {
  const names = ['float32.npy', 'float64.npy', 'int64.npy', 'fortran.npy', 'most-axes.npy'];
  const count = fuzz(
    names,
    asBytes((source) => loadNpy(source)),
    (size) => 12 * size,
    (loaded, bytes) => {
      if (/f2/.test(bytes.toString('latin1', 0, 128))) return; // wider now
      // The bytes of its elements are the last ones of the file.
      const { data, shape } = loaded;
      const elements = bytesOf(data);
      const last = bytes.subarray(bytes.length - elements.length);
      expect(data).toHaveLength(shape.reduce((size, n) => size * n, 1));
      expect(elements.length).toBeLessThanOrEqual(bytes.length - 64);
      // Fortran order and the other order of bytes change their places.
      const header = bytes.toString('latin1', 0, bytes.length - last.length);
      const isMoved = /True|['"]>/.test(header);
      if (isMoved) expect([...elements].sort()).toEqual([...last].sort());
      else expect(elements.equals(last)).toBe(true);
    },
  );
  expect(count).toBeGreaterThan(numRuns / 25);
});

test('a changed .npz file has the arrays that were in it, or is refused', () => {
  const originals = files['stored.npz']?.map(([, ...array]) => JSON.stringify(array));
  // DEFLATE makes at most 1032 bytes of one.
  const count = fuzz(
    ['stored.npz', 'packed.npz'],
    asBytes((source) => loadNpz(source)),
    (size) => 4 * 1040 * size,
    (loaded) => {
      const arrays = Object.entries(loaded).map(([key, value]) => describeTensor(key, value));
      for (const [, ...array] of arrays) expect(originals).toContain(JSON.stringify(array));
      expect(arrays.length).toBeGreaterThan(0);
    },
  );
  expect(count).toBeGreaterThan(numRuns / 25);
});

test('of a changed .npz file those arrays are read that are whole', () => {
  const originals = new Map(files['stored.npz']?.map(([name, ...array]) => [name, array]));
  const names = ['float32', 'int8'];
  const load = (source: FileOrBytes) => loadNpz(source, { names });
  const count = fuzz(
    ['stored.npz', 'packed.npz'],
    asBytes(load),
    (size) => 4 * 1040 * size,
    (loaded) => {
      const arrays = Object.entries(loaded).map(([key, value]) => describeTensor(key, value));
      expect(arrays.map(([name]) => name).sort()).toEqual(names);
      // A damaged directory may call one array by another's name.
      for (const [, ...array] of arrays) expect([...originals.values()]).toContainEqual(array);
    },
  );
  // What is changed is often another array.
  expect(count).toBeGreaterThan(numRuns / 5);
});

test('a changed index gives the tensors of its shards, or is refused', () => {
  const tensors = Object.fromEntries('abcdef'.split('').map((key) => [key, ones([3])]));
  const shards = { 'one.safetensors': ['a', 'b', 'c'], 'two.safetensors': ['d', 'e', 'f'] };
  const weightMap: Record<string, string> = {};
  for (const [name, keys] of Object.entries(shards)) {
    for (const key of keys) weightMap[key] = name;
    saveSafetensors(file(name), Object.fromEntries(keys.map((key) => [key, ones([3])])));
  }
  const index = Buffer.from(
    JSON.stringify({ metadata: { total_size: 72 }, weight_map: weightMap }),
  );
  let count = 0;
  fc.assert(
    fc.property(mutations, (mutate) => {
      const path = file('changed.index.json', mutate(index));
      try {
        const loaded = loadSafetensors(path);
        expect(listSafetensors(path)).toHaveLength(Object.keys(loaded).length);
        expect(tensors).toMatchObject(loaded);
        count++;
      } catch (error) {
        // A name that was changed is no shard's, or is one that no system takes.
        if (!(error instanceof FileError)) expect(error).toBeInstanceOf(FormatError);
      }
    }),
    { numRuns },
  );
  expect(count).toBeGreaterThan(numRuns / 25);
});
