// npm run types: what runs in Node.js, and what runs in a browser.
import { succeeds } from './run.mjs';

const projects = ['tsconfig.json', 'tsconfig.browser.json'];
const passed = projects.filter((project) =>
  succeeds(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', project]),
);
process.exitCode = passed.length === projects.length ? 0 : 1;
