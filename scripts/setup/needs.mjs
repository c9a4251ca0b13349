import { isAbsolute } from 'node:path';
import { output } from '../run.mjs';

/**
 * Each need: how to see that it is met, its Debian package, what it is where there is no apt-get,
 * and whether CMake downloads it there.
 */
export const building = [
  need('cmake', 'CMake 3.20 or newer', () => has('cmake')),
  need('g++', 'a C++17 compiler', () => has('c++')),
  need('ninja-build', 'Ninja or Make', () => has('ninja') || has('make')),
  {
    ...need('libhwy-dev', 'Google Highway 1.0.3 or newer', () => hasHeader('hwy/highway.h')),
    cmakeFetches: true,
  },
];

export const testing = [
  ...building,
  need('libgtest-dev', 'GoogleTest', () => hasHeader('gtest/gtest.h')),
  need('clang-format', 'clang-format', () => has('clang-format')),
  need('binutils', 'readelf', () => has('readelf')),
];

export const sanitizing = [
  ...testing,
  need('clang', 'Clang', () => has('clang++')),
  need('libclang-rt-dev', "Clang's sanitizer runtime", hasSanitizerRuntime),
];

function need(debianPackage, name, isMet) {
  return { debianPackage, name, isMet };
}

function has(command) {
  return output(command, ['--version']) !== null;
}

function hasHeader(header) {
  const source = `#if !__has_include(<${header}>)\n#error\n#endif\n`;
  return output('c++', ['-E', '-x', 'c++', '-'], { input: source }) !== null;
}

function hasSanitizerRuntime() {
  // Clang prints the bare name back where it does not have the file.
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const file = output('clang', [`-print-file-name=libclang_rt.asan-${arch}.a`]);
  return file !== null && isAbsolute(file);
}
