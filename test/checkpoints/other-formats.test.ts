import { FormatError, loadNpy, loadNpz, loadSafetensors, loadSafetensorsMetadata } from 'batchnorm';
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
  ['hdf5', Buffer.from('\x89HDF\r\n\x1a\n\0\0\0\0', 'latin1'), 'an HDF5 file, which is not read'],
])('a file of another format is called by its name: %s', (name, bytes, what) => {
  const path = file(`model.${name}`, bytes);
  const loaders = { safetensors: loadSafetensors, '.npy': loadNpy, '.npz': loadNpz } as const;
  for (const [format, load] of Object.entries(loaders)) {
    if (format.endsWith(name)) continue;
    const message = `${path}: not a ${format} file but ${what}`;
    expect(expectRefused(() => load(path), FormatError, message)).toBe(message);
  }
  if (name === 'safetensors') expect(loadSafetensorsMetadata(path)).toEqual({});
  else expectRefused(() => loadSafetensorsMetadata(path), FormatError, what);
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
  expectRefused(() => loadNpz(file('some.npz', other)), FormatError, 'member "a.txt" is no .npy');
  for (const length of [1, 4, 20, 29]) {
    const path = file('short', other.subarray(0, length));
    for (const load of [loadSafetensors, loadNpy, loadNpz]) {
      expectRefused(() => load(path), FormatError, ': ');
    }
  }
});
