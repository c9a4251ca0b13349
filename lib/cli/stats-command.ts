import { availableParallelism } from 'node:os';
import { Option } from 'commander';
import { CommandError } from './command-error';
import type { AddCommand } from './environment';
import { checkLayout } from './layout';
import { integer, number } from './number-options';
import { readPart, whole } from './part';
import { cropTo, resizeTo } from './size-option';

const help = `
Examples:
  $ batchnorm stats photos/
  $ batchnorm stats "train/**/*.jpg" val/ --json
  $ batchnorm stats photos/ --exclude thumbs --exclude "*_mask.png"
  $ batchnorm stats photos/ --resize 256 --crop 224     as a model sees them
  $ batchnorm stats --files-from train.txt
  $ find . -name "*.jpg" -print0 | batchnorm stats --files-from -
  $ batchnorm stats train-images-idx3-ubyte.gz
  $ batchnorm stats shard-*.npy --layout NHWC --skip-nonfinite
  $ batchnorm stats cifar.npz:images

Values count as they come to a model: those of images and of bytes as value /
255 (of images and integers of 16 bits value / 65535), else as they are. std is
the population's.

Files that are named are read whatever they are called. Of folders and globs
those are that end in .jpg, .jpeg, .png, .webp, .avif, .tif, .tiff, .npz, .npy,
.idx or idx3-ubyte; the last three with .gz too. Standard error says how many
others were passed over. What macOS leaves beside files (._cat.jpg) is left out.

Images need sharp (npm install sharp) and are decoded as it does by itself, to
sRGB or grey, without alpha; of several pages or frames the first. Grey ones
among colours count as colours. --channels converts all of them. Bands that are
neither colours nor alpha, as TIFF has them, are an error of their file.

--resize N makes the shorter side N pixels, --resize 320x240 makes columns and
rows so many; --crop cuts out the middle. With either, images are turned as EXIF
says that the camera was.

Arrays are .npy files, with integers and floats of any type, and IDX files, of
any size; and .npz files, of which data.npz:images or --member images names one
array. Those and arrays in Fortran order have to fit into memory. --layout has a
letter for each axis, C for the channels: NCHW, NHWC, NC, ... Without it an axis
of 1, 3 or 4 shows where an image has its channels, two axes are NC, three of an
IDX file NHW; you are asked where that leaves a choice.

A NaN or an infinity makes its file an error, of large files some megabytes
around it; --skip-nonfinite leaves out those pixels or rows alone.

A large data set can be interrupted, or split between machines. Both give the
result of one run to the last bit, where all machines have AVX2 or better:
  $ batchnorm stats photos/ --resume state.json        again, to continue
  $ batchnorm stats photos/ --part 1/2 -o part1.json   on one machine
  $ batchnorm stats photos/ --part 2/2 -o part2.json   on another, same files
  $ batchnorm merge part*.json

Exit codes: 0 done; 1 done, without the files that standard error names as
skipped; 2 nothing done; 130 interrupted.
`;

/** The values of an option that may be repeated. */
function listed(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

export const addStats: AddCommand = (program, environment) => {
  program
    .command('stats')
    .summary('mean and standard deviation of a data set')
    .description('Mean and standard deviation of each channel of a data set.')
    .argument('[inputs...]', 'images, .npy, .npz or IDX files, folders or globs')
    .option('--files-from <file>', 'read more inputs from a file, a line each; - is stdin')
    .option('--exclude <glob>', 'leave out files and folders, may be repeated', listed)
    .addOption(
      new Option('--channels <n>', 'convert images to grey (1) or colour (3)').choices(['1', '3']),
    )
    .option('--resize <size>', 'resize images: the shorter side, or WxH', resizeTo)
    .option('--crop <size>', 'crop images to their middle: a square, or WxH', cropTo)
    .option('--layout <axes>', 'axes of arrays, such as NCHW or NHWC', checkLayout)
    .option('--member <name>', 'which array of .npz files')
    .option('--skip-nonfinite', 'leave out pixels or rows with NaN or infinities')
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
    .option('-q, --quiet', 'no progress, no remarks: errors and the result alone')
    .addHelpText('after', help)
    .action(async (inputs, options) => {
      const { filesFrom, exclude = [], channels, resize, crop, layout } = options;
      const { skipNonfinite, part = whole, save, resume, saveInterval, jobs } = options;
      if (inputs.length === 0 && filesFrom === undefined) {
        throw new CommandError('stats needs files, folders or globs, or --files-from FILE');
      }
      if (part.of > 1 && save === undefined && resume === undefined) {
        throw new CommandError(
          '--part needs -o FILE or --resume FILE, to be merged with the others',
        );
      }
      // The addon is loaded where it is needed, not to print help.
      const { stats } = require('./stats') as typeof import('./stats');
      environment.exitCode = await stats(inputs, {
        channels: channels === undefined ? null : channels === '1' ? 1 : 3,
        filesFrom: filesFrom ?? null,
        exclude,
        framing: { resize: resize ?? null, crop: crop ?? null },
        layout: layout ?? null,
        member: options.member ?? null,
        skipsNonfinite: skipNonfinite ?? false,
        part,
        save: save ?? null,
        resume: resume ?? null,
        saveInterval,
        jobs,
        json: options.json ?? false,
        quiet: options.quiet ?? false,
        ...environment,
      });
    });
};
