// What batch normalization does, in 1,500 steps: npx batchnorm train, on the digits of MNIST.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batchnormUntilStopped } from '../shared/command-line.mjs';

const given = process.argv.slice(2);
const isGiven = (name) => given.some((arg) => arg === name || arg.startsWith(`${name}=`));
const args = ['train', ...given];
// A run that is resumed has its own number of steps.
if (!isGiven('--steps') && !isGiven('--resume')) args.push('--steps', '1500');
if (!isGiven('--report')) {
  args.push('--report', relative('', fileURLToPath(new URL('report.html', import.meta.url))));
}

console.log(`$ npx batchnorm ${args.join(' ')}\n`);
process.exitCode = (await batchnormUntilStopped(...args)) ?? 1;
