// npm run lint: Biome, and the format of C++.
import { cppFormat, lint } from './checks/style.mjs';
import { conclude } from './checks/tally.mjs';

conclude('lint', [lint(), cppFormat()]);
