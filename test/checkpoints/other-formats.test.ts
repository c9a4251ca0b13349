import { gzipSync } from 'node:zlib';
import {
  FormatError,
  listSafetensors,
  loadNpy,
  loadNpz,
  loadSafetensors,
  loadSafetensorsMetadata,
} from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { npy, safetensors, temporaryFolder } from '../formats/files';
import { zip, zip64 } from '../formats/zip';

const { file } = temporaryFolder();
const byte = Buffer.of(1);
const array = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", byte);
const entry = { dtype: 'U8', shape: [1], data_offsets: [0, 1] };
const pickle = Buffer.from('\x80\x02}q\x00(X\x06\x00\x00\x00weight', 'latin1');

/** As PyTorch writes it: with an end of 64 bits that it does not need. */
function ofTorch(): Buffer {
  const members = ['data.pkl', 'byteorder', 'data/0', 'version'].map((name) => ({
    name: `model/${name}`,
    bytes: pickle,
    flags: 0x808,
  }));
  return Buffer.concat([zip64(members).subarray(0, -22), zip(members).subarray(-22)]);
}

const toConvert = 'write its state dict with safetensors.torch.save_file, for loadSafetensors';

test.each<[string, Buffer, string]>([
  ['torch', ofTorch(), `a file of torch.save: ${toConvert}`],
  ['pickle', pickle, `a pickle, such as early versions of torch.save made: ${toConvert}`],
  ['npy', array, 'a .npy file, which loadNpy reads'],
  ['npz', zip([{ name: 'a.npy', bytes: array }]), 'a .npz file, which loadNpz reads'],
  ['safetensors', safetensors({ entry }, byte), 'a safetensors file, which loadSafetensors reads'],
  [
    'onnx',
    Buffer.from('\x08\x08\x12\x07pytorch:\0\0', 'latin1'),
    'an ONNX model, which is not read',
  ],
  ['hdf5', Buffer.from('\x89HDF\r\n\x1a\n\0\0\0\0', 'latin1'), 'an HDF5 file, as Keras writes'],
])('a file of another format is called by its name: %s', (name, bytes, what) => {
  const path = file(`model.${name}`, bytes);
  const loaders = { safetensors: loadSafetensors, '.npy': loadNpy, '.npz': loadNpz } as const;
  for (const [format, load] of Object.entries(loaders)) {
    if (format.endsWith(name)) continue;
    const message = `${path}: not a ${format} file but ${what}`;
    expectRefused(() => load(path), FormatError, message);
  }
  if (name === 'safetensors') expect(loadSafetensorsMetadata(path)).toEqual({});
  else expectRefused(() => loadSafetensorsMetadata(path), FormatError, what);
});

const pointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1\nsize 46807446\n';
const bomb = 'x'.repeat(20_000);

test.each<[string, string | Buffer, string]>([
  ['a Git LFS pointer', pointer, 'a Git LFS pointer to a file of 46807446 bytes: fetch the file'],
  ['an old one', pointer.replace('git-lfs', 'hawser'), 'a Git LFS pointer to a file'],
  [
    'one cut off',
    pointer.slice(0, 60),
    'a Git LFS pointer: fetch the file itself with git lfs pull',
  ],
  ['a git-annex pointer', '/annex/objects/MD5-s3--acbd18\n', 'a git-annex pointer: fetch the'],
  [
    'HTML',
    '\uFEFF\n<!DOCTYPE html>\n<html lang="en">',
    'an HTML page, as servers send in place of',
  ],
  [
    'HTML without a type',
    '<HTML><body>',
    'an HTML page, as servers send in place of a file: check',
  ],
  [
    "an object storage's error",
    '<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code></Error>',
    'XML, as servers send in place of a file: check its address and whether one must log in; it begins',
  ],
  ['an error in JSON', '{"error":"Repository not found"}', 'JSON; it begins "{\\"error\\":'],
  [
    'a line of text',
    'Invalid username or password.',
    'text; it begins "Invalid username or password."',
  ],
  ['text without end', bomb, `text; it begins "${bomb.slice(0, 80)}..."`],
  [
    'gzip',
    gzipSync(array),
    'a gzip file, which has to be unpacked first: gunzip, or zlib.gunzipSync',
  ],
  ['zstd', Buffer.from('28b52ffd0458', 'hex'), 'a zstd file, which has to be unpacked first'],
  ['bzip2', Buffer.from('BZh91AY&SY\0'), 'a bzip2 file'],
  ['xz', Buffer.from('fd377a585a000004', 'hex'), 'an xz file'],
  ['tar', Buffer.alloc(512).fill('ustar', 257, 262), 'a tar file'],
  ['GGUF', Buffer.from('GGUF\x03\0\0\0'), 'a GGUF file'],
  ['PNG', Buffer.from('\x89PNG\r\n\x1a\n\0', 'latin1'), 'a PNG image'],
])('what a file is under the name of another one: %s', (_, content, what) => {
  const bytes = Buffer.from(content);
  const path = file('model.safetensors', bytes);
  for (const [format, load] of [
    ['safetensors', loadSafetensors],
    ['safetensors', loadSafetensorsMetadata],
    ['safetensors', listSafetensors],
    ['.npy', loadNpy],
    ['.npz', loadNpz],
  ] as const) {
    const message = `not a ${format} file but ${what}`;
    expectRefused(() => load(path), FormatError, `${path}: ${message}`);
    const said = expectRefused(() => load(bytes), FormatError, `bytes given: ${message}`);
    expect(said.length).toBeLessThan(350);
  }
});

test('the index of a sharded checkpoint is one for loadSafetensors', () => {
  const index = file('some.index.json', JSON.stringify({ metadata: {}, weight_map: {} }));
  const what = 'the index of a sharded checkpoint, which loadSafetensors reads';
  expectRefused(() => loadNpy(index), FormatError, `not a .npy file but ${what}`);
  expectRefused(() => loadNpz(index), FormatError, `not a .npz file but ${what}`);
});

test('is not found in a safetensors file, however long its header is', () => {
  const long = Buffer.from('\x80\x02\x01\0\0\0\0\0', 'latin1'); // as a pickle begins
  const header = JSON.stringify({ entry }).padEnd(long.readUInt32LE());
  expect(loadSafetensors(file('long', safetensors(header, byte)))).toMatchObject({
    entry: { data: byte },
  });
});

test('is not found in a zip file of other members, or in what is short', () => {
  const other = zip([{ name: 'a.txt', bytes: byte }]);
  expectRefused(() => loadNpz(file('some.npz', other)), FormatError, 'member "a.txt": is no .npy');
  for (const length of [1, 4, 20, 29]) {
    const path = file('short', other.subarray(0, length));
    for (const load of [loadSafetensors, loadNpy, loadNpz]) {
      expectRefused(() => load(path), FormatError, ': ');
    }
  }
});
