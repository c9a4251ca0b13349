// npm run neon: the kernels' tests for aarch64, cross-compiled by g++ and run by QEMU.
import { googleTest } from './checks/gtest.mjs';
import { conclude } from './checks/tally.mjs';
import { arm64System } from './setup/arm64-system.mjs';
import { emulating } from './setup/needs.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

if (process.arch === 'arm64') {
  console.error('This processor has NEON itself: npm test runs the kernels with it.');
  process.exit(1);
}
ensureSystemPackages(emulating);
const cmakeArgs = [
  '-DCMAKE_SYSTEM_NAME=Linux',
  '-DCMAKE_SYSTEM_PROCESSOR=aarch64',
  '-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++',
  '-DCMAKE_LIBRARY_ARCHITECTURE=aarch64-linux-gnu',
  `-DCMAKE_FIND_ROOT_PATH=${arm64System()}`,
  // Without it CMake takes the libraries of this machine's own processor.
  '-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY',
];
const emulator = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'];
conclude('neon', [await googleTest('build/neon', { cmakeArgs, emulator, target: 'NEON' })]);
