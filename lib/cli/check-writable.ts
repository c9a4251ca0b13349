import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CommandError, oneLine } from './command-error';

/** Refuses a file that could not be written, before there is work to lose. */
export function checkWritable(path: string): void {
  if (path === '') throw new CommandError('cannot write to a file without a name');
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || /[/\\]$/.test(path)) {
      throw new CommandError('it is a folder, not a file');
    }
    accessSync(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${oneLine(error)}`);
  }
}
