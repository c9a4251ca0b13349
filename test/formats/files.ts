import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone after the tests of the file that asks for it. */
export function temporaryFolder(): { file: (name: string, bytes?: Uint8Array | string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'batchnorm-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    file(name, bytes) {
      const path = join(folder, name);
      if (bytes !== undefined) writeFileSync(path, bytes);
      return path;
    },
  };
}

/** A .npy file as NumPy writes it, but for what the text says. */
export function npy(dictionary: string, elements: ArrayBufferView, version = [1, 0]): Buffer {
  const long = (version[0] as number) > 1;
  const before = long ? 12 : 10;
  const length = Math.ceil((before + dictionary.length + 1) / 64) * 64 - before;
  const head = Buffer.alloc(before);
  head.write('\x93NUMPY', 'latin1');
  head.set(version, 6);
  if (long) head.writeUInt32LE(length, 8);
  else head.writeUInt16LE(length, 8);
  const text = `${dictionary.padEnd(length - 1)}\n`;
  return Buffer.concat([head, Buffer.from(text, 'latin1'), bytesOf(elements)]);
}

/** An IDX file: type 0x08 is bytes, 0x0d float32, 0x0e float64, most significant byte first. */
export function idx(type: number, shape: number[], elements: Buffer): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  for (const [i, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([header, elements]);
}

/** A safetensors file; a header that is no text is written as JSON. */
export function safetensors(header: string | object, elements: Uint8Array = Buffer.of()): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, elements]);
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
