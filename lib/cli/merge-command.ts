import type { AddCommand } from './environment';

const help = `
Exit codes: 0 done; 1 done, without some files; 2 refused.
`;

export const addMerge: AddCommand = (program, environment) => {
  program
    .command('merge')
    .summary('join the parts that stats has written')
    .description('Joins the files of all parts, in any order, to the result of one run.')
    .argument('<parts...>', 'files that stats --part i/n has written')
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .action((parts, { json = false }) => {
      const { merge } = require('./merge') as typeof import('./merge');
      environment.exitCode = merge(parts, { json, ...environment });
    });
};
