// npm start: set-up, then the examples on real data; npm start -- some-file takes other images.
import { run } from './run.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

setUp(building);
for (const example of ['mnist-stats', 'feature-scaling']) {
  console.log(`\n== examples/${example}\n`);
  run(process.execPath, [`examples/${example}/main.mjs`, ...process.argv.slice(2)]);
}
