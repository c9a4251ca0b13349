import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { FormatError, loadNpz, tensor } from 'batchnorm';
import { expectRefused } from '../expect-refused';
import { npy, temporaryFolder } from '../formats/files';
import { type Member, zip, zip64 } from '../formats/zip';

const { file } = temporaryFolder();
const load = (bytes: Buffer) => loadNpz(file('some.npz', bytes));
const array = (...values: number[]) =>
  npy(
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${values.length},), }`,
    Float32Array.from(values),
  );
const claiming = (shape: string) =>
  npy(`{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`, Buffer.of());

// What NumPy writes is in python.test.ts.
describe('loadNpz', () => {
  const both: Member[] = [
    { name: 'a.npy', bytes: array(1, 2) },
    { name: 'b/é.npy', bytes: array(3), method: 8 },
  ];
  const expected = { a: tensor([1, 2]), 'b/é': tensor([3]) };

  test('reads stored and deflated members', () => expect(load(zip(both))).toEqual(expected));

  test('reads nothing', () => expect(load(zip([]))).toEqual({}));

  test('reads sizes and offsets of 64 bits', () => {
    expect(load(zip64(both))).toEqual(expected);
    const members = both.map((member) => ({ ...member, in64: true }));
    expect(load(zip(members))).toEqual(expected);
    expect(load(zip64(members))).toEqual(expected);
  });

  test('reads an end of 64 bits before one that needs none', () => {
    const withBoth = Buffer.concat([zip64(both).subarray(0, -22), zip(both).subarray(-22)]);
    expect(load(withBoth)).toEqual(expected);
  });

  test('reads a file with a comment, though it looks like an end', () => {
    const comment = zip([]);
    const withComment = (record: Buffer) => {
      record.writeUInt16LE(comment.length + 2, 20);
      return Buffer.concat([record, comment, Buffer.of(0, 0)]);
    };
    expect(load(zip(both, withComment))).toEqual(expected);
  });

  test('reads names that objects have by themselves', () => {
    const dict = load(zip([{ name: '__proto__.npy', bytes: array(1) }]));
    expect(Object.entries(dict)).toEqual([['__proto__', tensor([1])]]);
  });

  test('gives memory that is nobody else’s', () => {
    for (const value of Object.values(load(zip(both)))) {
      const { data } = value as ReturnType<typeof tensor>;
      expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, data.byteLength]);
    }
  });
});

describe('what is refused', () => {
  const bytes = array(1, 2);
  const zeros = npy(
    "{'descr': '|u1', 'fortran_order': False, 'shape': (), }",
    Buffer.alloc(64_000_000),
  );
  const one = (changes: Partial<Member>) => zip([{ name: 'a.npy', bytes, ...changes }]);
  const two = (changes: Partial<Member>) =>
    zip([
      { name: 'a.npy', bytes },
      { name: 'b.npy', bytes, ...changes },
    ]);
  const set = (offset: number, value: number) => (record: Buffer) => {
    record.writeUInt32LE(value, offset);
    return record;
  };
  const noise = randomBytes(4000).toString('hex');
  const deflated = { method: 8, packed: Buffer.of(0xff, 0xff) };
  const cutOff = deflateRawSync(bytes).subarray(0, -2);
  const twoMembers = (record: Buffer) => {
    record.writeUInt16LE(2, 10);
    return record;
  };
  const long = (value: bigint, offset: number) => (record: Buffer) => {
    record.writeBigUInt64LE(value, offset);
    return record;
  };

  test.each<[string, Buffer, string]>([
    ['nothing', Buffer.of(), 'not a .npz file, or cut off: a zip file has a directory at its end'],
    ['text', Buffer.from('1,2,3\n'.repeat(100)), 'not a .npz file but text; it begins "1,2,3'],
    ['noise', Buffer.alloc(100, 0xfe01), 'not a .npz file, or cut off'],
    ['a .npy file', bytes, 'not a .npz file but a .npy file, which loadNpy reads'],
    ['a cut-off end', one({}).subarray(0, -1), 'not a .npz file, or cut off'],
    ['something before it', Buffer.concat([Buffer.of(0), one({})]), 'its zip directory is broken'],
    [
      'a directory elsewhere',
      zip([], set(16, 1)),
      'it should take 0 bytes from 1 on, and end at 0',
    ],
    ['a directory of 4 GB', zip([], set(12, 0xfffffff0)), 'it should take 4294967280 bytes'],
    [
      '2^18 + 1 members',
      zip64([], long(2n ** 18n + 1n, 32)),
      'has 262145 members; 262144 are the most',
    ],
    ['a directory of 2^63', zip64([], long(2n ** 63n, 40)), 'a size in it is beyond 2^53'],
    [
      'a 64-bit end elsewhere',
      zip64([], set(0, 0)),
      'its 64-bit end is not where its locator says',
    ],
    [
      'more members',
      zip([{ name: 'a.npy', bytes }], twoMembers),
      'it has 1 members, its end says 2',
    ],
    [
      'a member beyond the file',
      one({ offset: 0x7fffffff }),
      'member "a.npy" begins beyond the file',
    ],
    [
      'a member of 2^52',
      one({ in64: true, offset: 2 ** 52 }),
      'member "a.npy" begins beyond the file',
    ],
    ['another header', one({ signature: 0x04034b51 }), 'member "a.npy" has no header of its own'],
    ['overlapping members', two({ offset: 0 }), 'overlaps what comes after it'],
    [
      'a member that is too long',
      two({ size: 9000, packedSize: 9000 }),
      '"b.npy" overlaps what comes',
    ],
    ['one name twice', two({ name: 'a.npy' }), 'member "a.npy" is there twice'],
    ['a name that is no UTF-8', one({ name: Buffer.of(0xff) }), 'has a name that is not UTF-8'],
    [
      'a name in another encoding',
      one({ name: 'é.npy', flags: 0 }),
      'has a name that is not UTF-8',
    ],
    ['an encrypted member', one({ flags: 1 }), 'member "a.npy" is encrypted'],
    ['LZMA', one({ method: 14 }), 'is packed by method 14; read are 0 (stored) and 8 (deflated)'],
    [
      'text in it',
      one({ name: 'a.txt' }),
      'member "a.txt": is no .npy: numpy.savez writes nothing else',
    ],
    ['stored bytes of another size', one({ size: 100 }), 'should unpack from 136 bytes to 100'],
    [
      'a claim of 100 GB',
      one({ in64: true, size: 1e11 }),
      'should unpack from 136 bytes to 1000000',
    ],
    ['a deflated one', one({ in64: true, ...deflated, size: 1e11 }), 'to 100000000000 bytes'],
    ['a claim beyond DEFLATE', one({ method: 8, size: 1e6 }), 'bytes to 1000000, which cannot be'],
    ['a damaged member', one({ crc32: 1 }), '"a.npy": is damaged: its checksum is another one'],
    ['a damaged deflated one', one({ method: 8, crc32: 1 }), 'is damaged: its checksum is another'],
    [
      'no DEFLATE',
      one({ ...deflated, size: 9 }),
      '"a.npy": cannot be unpacked: invalid block type',
    ],
    [
      'cut-off DEFLATE',
      one({ method: 8, packed: cutOff }),
      'cannot be unpacked: unexpected end of file',
    ],
    ['a member that is no array', one({ bytes: Buffer.from('text') }), '"a.npy": not a .npy file'],
    ['an empty one', one({ bytes: Buffer.of() }), '"a.npy": not a .npy file'],
    ['an empty deflated one', one({ bytes: Buffer.of(), method: 8 }), '"a.npy": not a .npy file'],
    [
      'objects',
      one({ bytes: npy("{'descr': '|O', 'fortran_order': False, 'shape': (), }", bytes) }),
      "'|O'",
    ],
    [
      'a shape of 100 GB',
      one({ bytes: claiming('25000000000,') }),
      'has 128 bytes instead of 100000000128',
    ],
    [
      'the same, deflated',
      one({ bytes: claiming('25000000000,'), method: 8 }),
      'has 128 bytes instead of',
    ],
    [
      'a long header that hardly packs',
      one({
        bytes: npy(`{'descr': '${noise}', 'fortran_order': False, 'shape': (), }`, bytes),
        method: 8,
      }),
      noise.slice(0, 8),
    ],
    // Its header, unpacked first, is not one of 64 MB: the rest is never unpacked.
    ['a bomb', one({ bytes: zeros, method: 8, crc32: 0 }), 'has 64000128 bytes instead of 129'],
  ])('%s', (_, content, message) => {
    const path = file('bad.npz', content);
    const before = process.memoryUsage().arrayBuffers;
    const said = expectRefused(() => loadNpz(path), FormatError, message);
    const bound = 2 * content.length + 20 * 1024 * 1024;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bound);
    expect(said).toContain(`${path}: `);
  });

  test('a deflated member that unpacks to more or less than it says', () => {
    const longer = Buffer.concat([bytes, Buffer.of(0)]);
    const shorter = bytes.subarray(0, -1);
    const says = { method: 8, size: bytes.length };
    const refused = (content: Uint8Array, message: string) =>
      expectRefused(() => load(one({ ...says, bytes: content })), FormatError, message);
    refused(longer, '"a.npy": unpacks to 137 bytes instead of 136');
    refused(Buffer.concat([bytes, Buffer.alloc(9999)]), '"a.npy": unpacks to more than it should');
    refused(shorter, '"a.npy": unpacks to 135 bytes instead of 136');
  });
});
