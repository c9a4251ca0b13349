// npm run sanitize:thread: the tests of whatever several threads do, under ThreadSanitizer. What
// the threads share does not depend on the SIMD target or the element type: one of each is enough.
import { googleTest } from './checks/gtest.mjs';
import { conclude } from './checks/tally.mjs';
import { sanitizing } from './setup/needs.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

ensureSystemPackages(sanitizing);
const cmakeArgs = [
  '-DCMAKE_CXX_COMPILER=clang++',
  '-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG',
  '-DBATCHNORM_SANITIZE=thread',
  '-DBATCHNORM_ONE_TARGET=ON',
  '-DBATCHNORM_TESTS=thread|sliced|bits',
];
process.env.GTEST_FILTER ??= '-*F64';
conclude('sanitize-thread', [await googleTest('build/thread', { cmakeArgs })]);
