// npm run sanitize: the kernels' tests under AddressSanitizer and UndefinedBehaviorSanitizer.
// Clang, where it is there, also compiles EMU128, a target that g++ 12 leaves out.
import { googleTest } from './checks/gtest.mjs';
import { conclude } from './checks/tally.mjs';
import { output } from './run.mjs';
import { sanitizing } from './setup/needs.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

ensureSystemPackages(sanitizing);
const compiler = output('clang++', ['--version']) === null ? 'g++' : 'clang++';
conclude('sanitize', [
  googleTest('build/sanitize', [
    `-DCMAKE_CXX_COMPILER=${compiler}`,
    '-DBATCHNORM_SANITIZE=address,undefined',
  ]),
]);
