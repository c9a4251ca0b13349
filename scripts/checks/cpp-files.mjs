import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';

/** Every .h and .cc of ours. */
export function cppFiles() {
  return [
    'cpp',
    'binding',
    'fuzz/kernels',
    'bench/peers/onednn',
    'test/binding/misaligned',
  ].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((file) => /\.(h|cc)$/.test(file))
      .map((file) => `${folder}/${file}`),
  );
}
