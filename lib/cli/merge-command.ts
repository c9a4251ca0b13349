import type { AddCommand } from './environment';

const help = `
Examples:
  $ batchnorm merge part*.json
  $ batchnorm merge part1.json part2.json --json

The parts may come in any order, but all of them: from the same files, read with
the same options.

Exit codes: 0 done; 1 done, without the files that standard error names as
skipped; 2 nothing done: a part is missing, unfinished or of something else.
`;

export const addMerge: AddCommand = (program, environment) => {
  program
    .command('merge')
    .summary('join the parts that stats has written')
    .description('Joins the files of all parts, in any order, to the result of one run.')
    .argument('<parts...>', 'files that stats --part i/n has written')
    .option('--json', 'print JSON')
    .option('-q, --quiet', 'no remarks: errors and the result alone')
    .addHelpText('after', help)
    .action((parts, { json = false, quiet = false }) => {
      const { merge } = require('./merge') as typeof import('./merge');
      environment.exitCode = merge(parts, { json, quiet, ...environment });
    });
};
