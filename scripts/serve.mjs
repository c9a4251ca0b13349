// npm run serve: set-up, then examples/serving; npm run serve -- --help has its options.
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';
import { ensureServingPackages } from './setup/serving-packages.mjs';

setUp(building);
ensureServingPackages();
// In this process, which has the options that it takes, and gets the signals that end it.
await import('../examples/serving/main.mjs');
