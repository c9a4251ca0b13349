// npm run load: set-up, then the load test of examples/serving; npm run load -- --help has its options.
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';
import { ensureServingPackages } from './setup/serving-packages.mjs';

setUp(building);
ensureServingPackages();
// In this process, which has the options that it takes, and gets the signals that end it.
await import('../examples/serving/load/main.mjs');
