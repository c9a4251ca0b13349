import { oneCase } from './case.mjs';
import { cppFiles } from './cpp-files.mjs';

const { execPath } = process;

export function typeCheck() {
  return oneCase('Type check', execPath, ['scripts/types.mjs']);
}

export function lint() {
  return oneCase('Lint', execPath, ['node_modules/@biomejs/biome/bin/biome', 'check']);
}

export function cppFormat() {
  const args = ['--dry-run', '-Werror', ...cppFiles()];
  return oneCase('Format of C++', 'clang-format', args);
}
