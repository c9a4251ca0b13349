// npm run sanitize: the kernels' tests under AddressSanitizer and UndefinedBehaviorSanitizer, built
// by Clang, which also compiles EMU128, a target that g++ leaves out.
import { googleTest } from './checks/gtest.mjs';
import { conclude } from './checks/tally.mjs';
import { sanitizing } from './setup/needs.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

ensureSystemPackages(sanitizing);
const cmakeArgs = ['-DCMAKE_CXX_COMPILER=clang++', '-DBATCHNORM_SANITIZE=address,undefined'];
conclude('sanitize', [await googleTest('build/sanitize', { cmakeArgs, target: 'EMU128' })]);
