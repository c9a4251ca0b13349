// npm run fuzz: random bytes for the kernels, built by Clang under AddressSanitizer and
// UndefinedBehaviorSanitizer, and hostile arguments for the public API. `-- --help` has the options.

import { conclude } from './checks/tally.mjs';
import { hostileCalls } from './fuzz/api.mjs';
import { kernels } from './fuzz/kernels.mjs';
import { readOptions } from './fuzz/options.mjs';
import { setUp } from './setup/all.mjs';
import { sanitizing } from './setup/needs.mjs';

const { seconds, only, seed } = readOptions(process.argv.slice(2));
setUp(sanitizing);
const parts = { kernels, api: hostileCalls };
const chosen = only === null ? Object.keys(parts) : [only];
const counts = chosen.flatMap((part) => parts[part](seconds / chosen.length, seed));
conclude('fuzz', counts);
