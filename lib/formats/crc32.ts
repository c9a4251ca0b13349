import * as zlib from 'node:zlib';

// Node.js before 20.15 has none of its own.
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** The CRC-32 of zip and gzip (ISO 3309); `value` is that of the bytes before, 0 at first. */
export const crc32: (bytes: Uint8Array, value: number) => number = zlib.crc32 ?? crc32ByTable;

/** The same, without Node.js. */
export function crc32ByTable(bytes: Uint8Array, value: number): number {
  let crc = ~value;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}
