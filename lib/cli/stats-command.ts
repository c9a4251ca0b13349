import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { CommandError } from './command-error';
import type { AddCommand } from './environment';
import { checkLayout } from './layout';
import { integer, number } from './number-options';
import { readPart, whole } from './part';

const help = `
Values are counted as they come to a model: those of images and other integers as value / 255 (images
of 16 bits: value / 65535), floating-point ones as they are. std is the population's. Each file given
by name is read whatever its name is; of folders and globs those named .jpg, .jpeg, .png, .webp,
.avif, .tif, .tiff, .npy, .idx or ...-idx3-ubyte, the last three also with .gz.

Images are decoded as sharp does by itself, to sRGB or grey, without alpha; they have the channels of
the first one. Grey images among colour ones count as colour, a colour image among grey ones is an
error; with --channels all are converted. They need sharp: npm install sharp.

Arrays are .npy (float32, float64 or uint8, C order) and IDX files. --layout has a letter for each
axis, C for that of the channels: NCHW, NHWC, NC, ... Without it one axis of 1, 3 or 4 values
shows where they are, or you are asked.

A large data set can be interrupted, and be split between machines. Both give the result of one run to
the last bit, on processors of one kind:
  $ batchnorm stats photos/ --resume state.json          run again to continue
  $ batchnorm stats photos/ --part 1/2 -o part1.json     one machine
  $ batchnorm stats photos/ --part 2/2 -o part2.json     another, with the same files
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
