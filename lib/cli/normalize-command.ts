import { Option } from 'commander';
import type { AddCommand } from './environment';
import { checkLayout } from './layout';
import { numbers } from './number-options';
import { presetNames } from './presets';
import { cropTo, resizeTo } from './size-option';

const help = `
Examples:
  $ batchnorm normalize cat.jpg -o cat.npy --preset imagenet
  $ batchnorm normalize cat.jpg -o cat.npy --mean 0.5,0.5,0.5 --std 0.2,0.2,0.2
  $ batchnorm normalize cat.jpg -o cat.npy --preset clip --resize 224 --crop 224
  $ batchnorm normalize train-images-idx3-ubyte -o digits.npy --preset mnist

y = (x - mean) / std of each channel, where x is value / 255 of images and bytes
(of images and integers of 16 bits value / 65535), else the value itself. One
mean and one std are for all channels.

The output is float32: (C, H, W) of an image, (N, C, H, W) of an array of them,
or with --to HWC the channels last. A file that is there is replaced, once the
new one is whole.

Images need sharp (npm install sharp) and are decoded as it does by itself, to
sRGB or grey, without alpha; to colour where there are three means. They are
turned as EXIF says that the camera was, as viewers do it, then resized and
cropped where --resize and --crop say so, which see batchnorm stats --help.

Arrays are .npy and IDX files, also with .gz, of any size, and .npz files, of
which data.npz:images or --member images names one array. --layout has a letter
for each axis: see there too.

Exit codes: 0 done; 2 nothing done; 130 interrupted, and nothing written.
`;

export const addNormalize: AddCommand = (program, environment) => {
  program
    .command('normalize')
    .summary('normalize an image or an array into a .npy file')
    .description('Normalizes an image, or an array of images, into a .npy file of float32.')
    .argument('<input>', 'an image, .npy, .npz or IDX file')
    .requiredOption('-o, --output <file>', 'the .npy file to write')
    .option('--mean <list>', 'means of the channels, such as 0.485,0.456,0.406', numbers('--mean'))
    .option('--std <list>', 'their standard deviations', numbers('--std'))
    .addOption(
      new Option('--preset <name>', 'mean and std of a well-known data set').choices(presetNames),
    )
    .addOption(
      new Option('--channels <n>', 'convert an image to grey (1) or colour (3)').choices([
        '1',
        '3',
      ]),
    )
    .option('--no-auto-orient', 'leave an image as it is stored, whatever its EXIF says')
    .option('--resize <size>', 'resize an image: the shorter side, or WxH', resizeTo)
    .option('--crop <size>', 'crop an image to its middle: a square, or WxH', cropTo)
    .option('--layout <axes>', 'axes of an array, such as NCHW or NHWC', checkLayout)
    .option('--member <name>', 'which array of a .npz file')
    .addOption(
      new Option('--to <layout>', 'axes of the output').choices(['CHW', 'HWC']).default('CHW'),
    )
    .option('--json', 'print what was written as JSON')
    .addHelpText('after', help)
    .action(async (input, options) => {
      const { output, mean, std, preset, channels, autoOrient, resize, crop } = options;
      const { layout, member, to, json } = options;
      const { normalize } = require('./normalize') as typeof import('./normalize');
      environment.exitCode = await normalize(input, {
        output,
        mean: mean ?? null,
        std: std ?? null,
        preset: preset ?? null,
        channels: channels === undefined ? null : channels === '1' ? 1 : 3,
        isTurned: autoOrient,
        framing: { resize: resize ?? null, crop: crop ?? null },
        layout: layout ?? null,
        member: member ?? null,
        to,
        json: json ?? false,
        ...environment,
      });
    });
};
