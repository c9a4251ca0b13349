// npm run sanitize:addon: the addon under AddressSanitizer and UndefinedBehaviorSanitizer inside
// Node.js: the tests of the binding, and hostile calls of the public API. `-- --short` leaves out
// those that start many processes and threads.
import { join } from 'node:path';
import { oneCase } from './checks/case.mjs';
import { buildSanitized, sanitizedAddon } from './checks/sanitized.mjs';
import { conclude } from './checks/tally.mjs';
import { output } from './run.mjs';
import { setUp } from './setup/all.mjs';
import { sanitizing } from './setup/needs.mjs';

const isShort = process.argv.includes('--short');
setUp(sanitizing);
const built = buildSanitized('batchnorm');
const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const runtime = output('clang', [`-print-file-name=libclang_rt.asan-${arch}.so`]);
const env = {
  ...process.env,
  BATCHNORM_PREBUILD: sanitizedAddon,
  LD_PRELOAD: runtime,
  // V8 frees nothing at the end. Memory that is not there is asked for on purpose.
  ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1:abort_on_error=1',
  UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
};
const node = (name, args) => oneCase(name, process.execPath, args, { env });
conclude('sanitize-addon', [
  built ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 },
  node('The addon that is loaded is the one under test', [
    '-e',
    `if (require('batchnorm').info().addon !== '${join(sanitizedAddon, 'build/Release/batchnorm.node')}') process.exit(1)`,
  ]),
  node('Tests of the binding', [
    'node_modules/jest/bin/jest.js',
    '--runInBand',
    // What memory.test.ts watches is the C library's own memory; the sanitizer has another.
    `--testPathIgnorePatterns=binding/memory${isShort ? '|binding/ended' : ''}`,
    '--testPathPatterns',
    'test/binding/',
    ...(isShort ? [] : ['test/threads']),
  ]),
  node('Hostile calls of the public API', ['fuzz/api/main.mjs', '1', isShort ? '5' : '30']),
]);
