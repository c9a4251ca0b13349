// npm run sanitize: the kernels' tests under AddressSanitizer and UndefinedBehaviorSanitizer, built
// by Clang, which also compiles EMU128, a target that g++ leaves out.
import { googleTest } from './checks/gtest.mjs';
import { sanitized, sanitizedArgs } from './checks/sanitized.mjs';
import { conclude } from './checks/tally.mjs';
import { sanitizing } from './setup/needs.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';

ensureSystemPackages(sanitizing);
conclude('sanitize', [await googleTest(sanitized, { cmakeArgs: sanitizedArgs, target: 'EMU128' })]);
