import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  BatchNorm1d,
  type Checkpoint,
  FileError,
  FormatError,
  LayerNorm,
  listSafetensors,
  loadSafetensors,
  loadSafetensorsMetadata,
  randn,
  Sequential,
  saveSafetensors,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { safetensors, temporaryFolder } from '../formats/files';

const { file } = temporaryFolder();
const net = new Sequential(new BatchNorm1d(3), new LayerNorm(3));
net.forward(randn([4, 3]));
const state = net.stateDict();
const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const shardOf = (key: string) => names[key.startsWith('0.') ? 0 : 1] as string;

function index(weightMap: object, rest: object = { metadata: { total_size: 72 } }): string {
  const text = JSON.stringify({ ...rest, weight_map: weightMap }, null, 2);
  return file('model.safetensors.index.json', `${text}\n`);
}

function shard(name: string, isIn: (key: string) => boolean): void {
  const entries = Object.entries(state).filter(([key]) => isIn(key));
  saveSafetensors(file(name), Object.fromEntries(entries), { metadata: { format: 'pt' } });
}

const weightMap = Object.fromEntries(Object.keys(state).map((key) => [key, shardOf(key)]));
let path: string;
beforeEach(() => {
  for (const name of names) shard(name, (key) => shardOf(key) === name);
  path = index(weightMap);
});

describe('the index of a sharded checkpoint', () => {
  test('gives all tensors, for loadStateDict', () => {
    const loaded = loadSafetensors(path);
    expect(Object.keys(loaded).sort()).toEqual(Object.keys(state).sort());
    const other = new Sequential(new BatchNorm1d(3), new LayerNorm(3));
    other.loadStateDict(loaded);
    expect(other.stateDict()).toEqual(state);
  });

  test('gives a part of them, of which it opens the shards alone', () => {
    rmSync(file(names[1] as string));
    const prefix = '0.';
    const other = new BatchNorm1d(3);
    other.loadStateDict(loadSafetensors(path, { prefix }), { prefix });
    expect(other.stateDict()).toEqual((net.at(0) as BatchNorm1d).stateDict());
    expect(listSafetensors(path, { prefix })).toHaveLength(5);
    expect(loadSafetensors(path, { prefix: 'none.' })).toEqual({});
  });

  test('lists the tensors of all shards', () => {
    const listed = listSafetensors(path).map(({ name, dtype, shape }) => [name, dtype, shape]);
    expect(listed).toHaveLength(Object.keys(state).length);
    expect(listed).toContainEqual(['0.num_batches_tracked', 'int64', []]);
    expect(listed).toContainEqual(['1.weight', 'float32', [3]]);
  });

  test('has metadata of its own, and needs no shard for it', () => {
    for (const name of names) rmSync(file(name));
    expect(loadSafetensorsMetadata(path)).toEqual({ total_size: '72' });
    const others = `"total_size": 7.5e9, "by": "some\\u00e9one", "list": [1, "a"], "no": null`;
    const text = `{"metadata": {${others}}, "weight_map": {}}`;
    expect(loadSafetensorsMetadata(file('other.json', text))).toEqual({
      total_size: '7.5e9',
      by: 'some\u00e9one',
      list: '[1, "a"]',
      no: 'null',
    });
    expect(loadSafetensorsMetadata(index(weightMap, {}))).toEqual({});
    expect(loadSafetensorsMetadata(index(weightMap, { metadata: null }))).toEqual({});
  });

  test('decides which shard a tensor is read from, where it is in two', () => {
    const [first, second] = names as [string, string];
    saveSafetensors(file(first), { a: randn([2]), tied: randn([2]) });
    const b = { b: randn([3]), tied: randn([2]) };
    saveSafetensors(file(second), b);
    const loaded = loadSafetensors(index({ a: first, b: second, tied: second }));
    expect(loaded.tied).toEqual(b.tied);
    expect(Object.keys(loaded).sort()).toEqual(['a', 'b', 'tied']);
  });

  test('is taken under another name, with other fields and shards in folders and behind links', () => {
    mkdirSync(file('parts'));
    symlinkSync(file(names[0] as string), file('parts/linked')); // as in the caches of model hubs
    const moved = Object.fromEntries(Object.keys(state).map((key) => [key, shardOf(key)]));
    for (const key of Object.keys(moved)) if (key.startsWith('0.')) moved[key] = 'parts/linked';
    const text = JSON.stringify({ more: [{}, null], weight_map: moved });
    const loaded: Checkpoint = loadSafetensors(file('some.json', `  ${text}`));
    expect(loaded).toEqual(loadSafetensors(path));
  });
});

describe('an index that does not fit its shards is refused', () => {
  const refused = (source: string, message: string, prefix = '') => {
    for (const load of [loadSafetensors, listSafetensors]) {
      expectRefused(() => load(source, { prefix }), FormatError, message);
    }
  };

  test('with a shard that is not there', () => {
    rmSync(file(names[1] as string));
    const missing = join(dirname(path), names[1] as string);
    for (const load of [loadSafetensors, listSafetensors]) {
      const message = `cannot read ${missing}, a shard of ${path}: ENOENT`;
      expect(() => load(path)).toThrow(FileError);
      expect(() => load(path)).toThrow(message);
    }
  });

  test('with a tensor that its shard lacks, before any is read', () => {
    const other = index({ ...weightMap, more: names[1] });
    const message = `${path}: ${file(names[1] as string)}: has no tensor "more", which the index has in it`;
    refused(other, message);
    expect(loadSafetensors(other, { prefix: '0.' })).toHaveProperty(['0.weight']);
    refused(index({ ...weightMap, '0.weight': names[1] }), 'has no tensor "0.weight"');
  });

  test('with a shard that is of another format, or broken', () => {
    const [first] = names as [string];
    const bytes = readFileSync(file(first));
    file(first, bytes.subarray(0, -1));
    refused(path, `${path}: ${file(first)}: cut off: `);
    file(first, 'version https://git-lfs.github.com/spec/v1\nsize 12\n');
    refused(
      path,
      `${file(first)}: not a safetensors file but a Git LFS pointer to a file of 12 bytes`,
    );
    file(first, readFileSync(path));
    refused(path, `${file(first)}: not a safetensors file but the index of a sharded checkpoint`);
  });

  test('with one that is a dtype that is not read', () => {
    const entry = { dtype: 'F8_E4M3', shape: [2], data_offsets: [0, 2] };
    file('f8', safetensors({ a: entry }, Buffer.alloc(2)));
    const f8 = index({ a: 'f8' });
    expectRefused(
      () => loadSafetensors(f8),
      FormatError,
      'tensor "a" has dtype "F8_E4M3"; read are',
    );
    expect(listSafetensors(f8)).toEqual([{ name: 'a', dtype: 'F8_E4M3', shape: [2] }]);
  });

  test.each([
    '/etc/hostname',
    '../some.safetensors',
    'a/../../b',
    'a//b',
    './b',
    'a/.',
    '',
    '/',
    '\\\\server\\share',
    '..\\b',
    'C:\\b',
    'C:b',
    'a\0b',
    'file:///etc/hostname',
  ])('with a path that may leave its folder: %j', (name) => {
    const message = `tensor "a" should be in ${JSON.stringify(name)}, which is no path inside the index's`;
    refused(index({ a: name }), message);
  });

  test.each<[string, string]>([
    ['{"weight_map":{"a":1}}', `its JSON cannot be read: at 19, where '"' should be`],
    ['{"weight_map":[]}', "where '{' should be"],
    ['{"weight_map":{"a":"b","a":"c"}}', 'its JSON has "a" twice'],
    ['{"weight_map":{}} {}', 'where its end should be'],
    ['{"weight_map":{}', 'it ends'],
    ['{"metadata":{},"weight_map":', `it ends`],
    ['{"a":1, "b":{"weight_map":{}}}', 'no index of a sharded checkpoint: it has no "weight_map"'],
    [`{"a":${'['.repeat(1e5)},"weight_map":{}}`, 'JSON; it begins'],
    [`{"weight_map":{},"a":${'['.repeat(1e5)}}`, 'where a value less deep should be'],
    ['{"weight_map":{"a":"\\ud800"}}', 'where a string of Unicode text should be'],
  ])('where its JSON is none: %.60s', (text, message) => refused(file('bad.json', text), message));

  test('where it is not UTF-8', () => {
    const bytes = Buffer.from('{"weight_map":{"\xff":"a"}}', 'latin1');
    refused(file('bad.json', bytes) as string, 'its text is not UTF-8');
  });
});
