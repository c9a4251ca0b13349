// npm start: set-up, then examples/training; npm start -- --steps 50000 trains longer.
import { root } from './root.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

const usage = `npm start [-- OPTIONS]

Sets up what is missing (it may install system packages), then trains a network with batch norm and one
without on MNIST's digits, 1,500 steps, and writes examples/training/report.html.

  --steps N, --report FILE, --checkpoint DIR, ...   as npx batchnorm train has them; its --help lists all
  --help                                            this, and nothing is installed`;

if (process.argv.includes('--help')) {
  console.log(usage);
} else {
  setUp(building);
  process.chdir(root);
  // In this process, which has the options that it takes, and passes on the signals that end it.
  await import('../examples/training/main.mjs');
}
