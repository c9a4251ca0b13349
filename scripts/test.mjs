// npm test: set-up, then every check, and one line that sums them up.
import { googleTest } from './checks/gtest.mjs';
import { jest } from './checks/jest.mjs';
import { cppFormat, lint, typeCheck } from './checks/style.mjs';
import { conclude } from './checks/tally.mjs';
import { setUp } from './setup/all.mjs';
import { testing } from './setup/needs.mjs';
import { ensureServingPackages } from './setup/serving-packages.mjs';

setUp(testing);
ensureServingPackages();
conclude('test', [typeCheck(), lint(), cppFormat(), await googleTest('build/tests'), jest()]);
