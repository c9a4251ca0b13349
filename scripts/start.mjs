// npm start: set-up, then the example on real data.
import { run } from './run.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

setUp(building);
run(process.execPath, ['examples/mnist-stats/main.mjs', ...process.argv.slice(2)]);
