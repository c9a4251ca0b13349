import { isAbsolute } from 'node:path';
import { findTorch } from '../parity/find-torch.mjs';
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
  need('chromium', 'Chromium', () => has('chromium')),
];

export const sanitizing = [
  ...testing,
  need('clang', 'Clang, for g++ leaves out EMU128', () => has('clang++')),
  need('libclang-rt-dev', "Clang's sanitizer runtime", hasSanitizerRuntime),
];

export const emulating = [
  ...building,
  need('g++-aarch64-linux-gnu', 'g++ for aarch64', () => has('aarch64-linux-gnu-g++')),
  need('qemu-user', "QEMU's user mode", () => has('qemu-aarch64')),
];

export const onednn = [
  need('g++', 'a C++17 compiler', () => has('c++')),
  need('libdnnl-dev', 'oneDNN 2', hasOneDnn2),
  need('nlohmann-json3-dev', 'JSON for Modern C++', () => hasHeader('nlohmann/json.hpp')),
];

export const pytorch = [need('python3-torch', 'PyTorch', () => findTorch() !== null)];

function need(debianPackage, name, isMet) {
  return { debianPackage, name, isMet };
}

function has(command) {
  return output(command, ['--version']) !== null;
}

function hasHeader(header) {
  return preprocesses(`#if !__has_include(<${header}>)\n#error\n#endif\n`);
}

// Other versions describe an operation in another way.
function hasOneDnn2() {
  return preprocesses('#include <dnnl_version.h>\n#if DNNL_VERSION_MAJOR != 2\n#error\n#endif\n');
}

function preprocesses(source) {
  return output('c++', ['-E', '-x', 'c++', '-'], { input: source }) !== null;
}

function hasSanitizerRuntime() {
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const library = process.platform === 'darwin' ? 'asan_osx_dynamic.dylib' : `asan-${arch}.a`;
  // Clang prints the bare name back where it does not have the file.
  const file = output('clang', [`-print-file-name=libclang_rt.${library}`]);
  return file !== null && isAbsolute(file);
}
