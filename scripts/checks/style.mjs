import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { oneCase } from './case.mjs';

const { execPath } = process;

/** Every .h and .cc of ours. */
export function cppFiles() {
  return ['cpp', 'cpp/testing', 'binding'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => /\.(h|cc)$/.test(file))
      .map((file) => `${folder}/${file}`),
  );
}

export function typeCheck() {
  return oneCase('Type check', execPath, ['node_modules/typescript/bin/tsc', '--noEmit']);
}

export function lint() {
  return oneCase('Lint', execPath, ['node_modules/@biomejs/biome/bin/biome', 'check']);
}

export function cppFormat() {
  const args = ['--dry-run', '-Werror', ...cppFiles()];
  return oneCase('Format of C++', 'clang-format', args);
}
