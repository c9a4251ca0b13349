// npm run sanitize:thread: the tests of whatever several threads do, under ThreadSanitizer. What
// the threads share does not depend on the SIMD target or the element type: one of each is enough.
// `-- --short` leaves out the test of most shapes and numbers of threads, which takes most of the time.
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
const isShort = process.argv.includes('--short');
process.env.GTEST_FILTER ??= isShort ? '-*F64:Target/ThreadsTest*' : '-*F64';
conclude('sanitize-thread', [await googleTest('build/thread', { cmakeArgs })]);
