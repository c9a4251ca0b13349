import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { CommandError } from './command-error';
import type { AddCommand } from './environment';
import { checkLayout } from './layout';
import { integer, number } from './number-options';
import { readPart, whole } from './part';

const help = `
Examples:
  $ batchnorm stats photos/
  $ batchnorm stats "train/**/*.jpg" val/ --json
  $ batchnorm stats train-images-idx3-ubyte.gz
  $ batchnorm stats shard-*.npy --layout NHWC

Values count as they come to a model: those of images and of other integers as
value / 255 (of images of 16 bits value / 65535), floating-point ones as they
are. std is the population's.

Files that are named are read whatever they are called. Of folders and globs
those are that end in .jpg, .jpeg, .png, .webp, .avif, .tif, .tiff, .npy, .idx
or idx3-ubyte; the last three with .gz too.

Images need sharp (npm install sharp) and are decoded as it does by itself, to
sRGB or grey, without alpha. They have the channels of the first one: grey ones
among colours count as colours, a colour one among grey ones is left out as an
error. --channels converts all of them.

Arrays are .npy files (float32, float64 or uint8, in C order) and IDX files.
--layout has a letter for each axis, C for the channels: NCHW, NHWC, NC, ...
Without it an axis of 1, 3 or 4 shows where an image has its channels, two axes
are NC, three of an IDX file NHW; you are asked where that leaves a choice.

A large data set can be interrupted, or split between machines. Both give the
result of one run to the last bit, where all machines have AVX2 or better:
  $ batchnorm stats photos/ --resume state.json        again, to continue
  $ batchnorm stats photos/ --part 1/2 -o part1.json   on one machine
  $ batchnorm stats photos/ --part 2/2 -o part2.json   on another, same files
  $ batchnorm merge part*.json

Exit codes: 0 done; 1 done, without some files; 2 nothing done; 130 interrupted.
`;

export const addStats: AddCommand = (program, environment) => {
  program
    .command('stats')
    .summary('mean and standard deviation of a data set')
    .description('Mean and standard deviation of each channel of a data set.')
    .argument('<inputs...>', 'images, .npy or IDX files, folders of them or globs')
    .addOption(
      new Option('--channels <n>', 'convert images to grey (1) or colour (3)').choices(['1', '3']),
    )
    .option('--layout <axes>', 'axes of arrays, such as NCHW or NHWC', checkLayout)
    .option('--part <i/n>', 'read only the i-th of n parts; needs -o or --resume', readPart)
    .option('-o, --save <file>', 'write what was found, for batchnorm merge')
    .option('--resume <file>', 'keep what was read in this file, and continue from it')
    .option(
      '--save-interval <seconds>',
      'how often to write that file',
      number('--save-interval'),
      5,
    )
    .option('--jobs <n>', 'images to decode at a time', integer('--jobs'), availableParallelism())
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action(async (inputs, options) => {
      const { channels, layout, part = whole, save, resume, saveInterval, jobs, json } = options;
      if (part.of > 1 && save === undefined && resume === undefined) {
        throw new CommandError(
          '--part needs -o FILE or --resume FILE, to be merged with the others',
        );
      }
      // The addon is loaded where it is needed, not to print help.
      const { stats } = require('./stats') as typeof import('./stats');
      environment.exitCode = await stats(inputs, {
        channels: channels === undefined ? null : channels === '1' ? 1 : 3,
        layout: layout ?? null,
        part,
        save: save ?? null,
        resume: resume ?? null,
        saveInterval,
        jobs,
        json: json ?? false,
        ...environment,
      });
    });
};
