import { Command } from 'commander';
import { version } from '../version';
import type { Environment } from './environment';
import { addInfo } from './info-command';
import { addMerge } from './merge-command';
import { addNormalize } from './normalize-command';
import { addStats } from './stats-command';
import { addTrain } from './train-command';

const help = `
Examples:
  $ batchnorm stats photos/                      mean and std of images
  $ batchnorm stats train-images-idx3-ubyte.gz   of MNIST's digits
  $ batchnorm normalize cat.jpg -o cat.npy --preset imagenet
  $ batchnorm train --steps 1500                 what batch normalization does
  $ batchnorm help stats                         all about one command

Exit codes:
  0    all went well
  1    done, without the files that standard error names as skipped
  2    nothing done: arguments make no sense, nothing could be read or written
  3    an error of this program
  130  interrupted (143 by SIGTERM); stats --resume FILE continues
`;

/** The whole command line. Errors are thrown, commander's own too, and none is printed. */
export function makeProgram(environment: Environment): Command {
  const { stdout, stderr } = environment;
  const program = new Command('batchnorm')
    .description('Statistics of data sets, and inputs normalized with them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', help)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {},
    });
  for (const add of [addStats, addMerge, addNormalize, addTrain, addInfo])
    add(program, environment);
  return program;
}
