import type { AddCommand } from './environment';

export const addInfo: AddCommand = (program, { stdout }) => {
  program
    .command('info')
    .summary('version, SIMD targets, threads, addon')
    .description('Version, SIMD targets, threads, and where the addon is.')
    .option('--json', 'print JSON')
    .action(({ json = false }) => {
      const { info } = require('./info') as typeof import('./info');
      stdout.write(info(json));
    });
};
