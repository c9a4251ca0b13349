import { deflateRawSync } from 'node:zlib';
import { crc32ByTable } from '../../lib/formats/crc32';

/** A member of a zip file; each field can be another than it should be. */
export interface Member {
  name: string | Buffer;
  /** What it unpacks to. */
  bytes: Uint8Array;
  method?: number;
  packed?: Uint8Array;
  size?: number;
  packedSize?: number;
  crc32?: number;
  flags?: number;
  offset?: number;
  /** Whether its sizes stand in fields of 64 bits. */
  in64?: boolean;
  /** What its local header begins with. */
  signature?: number;
}

/** A zip file, stored or deflated, with the end record that `end` makes of the right one. */
export function zip(members: Member[], end = (record: Buffer) => record): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let position = 0;
  for (const member of members) {
    const local = localPart(member);
    entries.push(directoryEntry(member, position));
    parts.push(local);
    position += local.length;
  }
  const directory = Buffer.concat(entries);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50);
  record.writeUInt16LE(members.length, 8);
  record.writeUInt16LE(members.length, 10);
  record.writeUInt32LE(directory.length, 12);
  record.writeUInt32LE(position, 16);
  return Buffer.concat([...parts, directory, end(record)]);
}

/** The same, its end with the counts and offsets of 64 bits in front of one that says so. */
export function zip64(members: Member[], change = (record: Buffer) => record): Buffer {
  const plain = zip(members);
  const old = plain.subarray(-22);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(members.length), 24);
  record.writeBigUInt64LE(BigInt(members.length), 32);
  record.writeBigUInt64LE(BigInt(old.readUInt32LE(12)), 40);
  record.writeBigUInt64LE(BigInt(old.readUInt32LE(16)), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50);
  locator.writeBigUInt64LE(BigInt(plain.length - 22), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(0, 20);
  return Buffer.concat([plain.subarray(0, -22), change(record), locator, end]);
}

function packedOf({ bytes, method = 0, packed }: Member): Uint8Array {
  return packed ?? (method === 8 ? deflateRawSync(bytes) : bytes);
}

function fieldsOf(member: Member) {
  const { bytes, method = 0, size = bytes.length, flags = 0x800 } = member;
  const { packedSize = packedOf(member).length, crc32 = crc32ByTable(bytes, 0) } = member;
  return { name: Buffer.from(member.name as string), method, size, packedSize, flags, crc32 };
}

/** NumPy leaves room for sizes of 64 bits in each local header. */
function localPart(member: Member): Buffer {
  const { name, method, flags } = fieldsOf(member);
  const header = Buffer.alloc(30 + 20);
  header.writeUInt32LE(member.signature ?? 0x04034b50);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(20, 28);
  return Buffer.concat([header.subarray(0, 30), name, header.subarray(30), packedOf(member)]);
}

function directoryEntry(member: Member, position: number): Buffer {
  const { name, method, size, packedSize, flags, crc32 } = fieldsOf(member);
  const { offset = position, in64 = false } = member;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc32, 16);
  header.writeUInt32LE(in64 ? 0xffffffff : packedSize, 20);
  header.writeUInt32LE(in64 ? 0xffffffff : size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(in64 ? 0xffffffff : offset, 42);
  if (!in64) return Buffer.concat([header, name]);
  const extra = Buffer.alloc(5 + 28);
  extra.writeUInt16LE(0x7777, 0); // another extra field, of one byte
  extra.writeUInt16LE(1, 2);
  extra.writeUInt16LE(1, 5);
  extra.writeUInt16LE(24, 7);
  extra.writeBigUInt64LE(BigInt(size), 9);
  extra.writeBigUInt64LE(BigInt(packedSize), 17);
  extra.writeBigUInt64LE(BigInt(offset), 25);
  header.writeUInt16LE(extra.length, 30);
  return Buffer.concat([header, name, extra]);
}
