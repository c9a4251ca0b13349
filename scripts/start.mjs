// npm start: set-up, then examples/training; npm start -- --steps 50000 trains longer.
import { root } from './root.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

setUp(building);
process.chdir(root);
// In this process, which has the options that it takes, and passes on the signals that end it.
await import('../examples/training/main.mjs');
