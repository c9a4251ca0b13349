// npm start: set-up, then examples/training; npm start -- --steps 50000 trains longer.
import { spawnSync } from 'node:child_process';
import { root } from './root.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

setUp(building);
// Ctrl-C comes to the example too, which saves and says so before it ends.
process.on('SIGINT', () => {});
const args = ['examples/training/main.mjs', ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
