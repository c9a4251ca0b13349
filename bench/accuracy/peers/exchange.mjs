import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The float32 numbers of a file. */
export function readArray(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Writes each array to a file of `folder` that has its name; gives the paths by name. */
export function writeArrays(folder, arrays) {
  const entries = Object.entries(arrays).map(([name, values]) => {
    const file = join(folder, name);
    writeFileSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return [name, file];
  });
  return Object.fromEntries(entries);
}
