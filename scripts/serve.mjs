// npm run serve: set-up, then examples/serving; npm run serve -- --help has its options.
import * as options from '../examples/serving/options.mjs';
import { answered } from './answered.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';
import { ensureServingPackages } from './setup/serving-packages.mjs';

if (!answered(options, 'npm run serve')) {
  setUp(building);
  ensureServingPackages();
  // In this process, which has the options that it takes, and gets the signals that end it.
  await import('../examples/serving/main.mjs');
}
