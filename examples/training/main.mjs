// What batch normalization does, in 1,500 steps: npx batchnorm train, on the digits of MNIST.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchnorm } from '../shared/command-line.mjs';

const report = relative('', fileURLToPath(new URL('report.html', import.meta.url)));
const args = ['train', '--steps', '1500', '--report', report, ...process.argv.slice(2)];

console.log(`$ npx batchnorm ${args.join(' ')}\n`);
// Ctrl-C comes to the command too, which saves and says so before it ends.
process.on('SIGINT', () => {});
process.exitCode = batchnorm(...args) ?? 1;
