import { FileError } from '../formats/file-error';
import { FormatError } from '../formats/format-error';
import { readFile } from '../formats/input';
import { npzNames } from '../formats/npz';
import { CommandError } from './command-error';

/** The file and the array of `data.npz:images`; null where it is not such a name. */
export function splitMember(arg: string): [path: string, member: string] | null {
  const [, path, member] = /^(.*\.npz):(.+)$/i.exec(arg) ?? [];
  return path === undefined || member === undefined ? null : [path, member];
}

/** The array of a .npz file that has one; '' of a damaged file, which is an error once it is read. */
export function onlyMember(path: string): string {
  const names = namesIn(path);
  const [only = ''] = names;
  if (names.length <= 1) return only;
  throw new CommandError(
    `${path} has ${names.length} arrays, ${names.join(', ')}: say which, as ${path}:${only} or ` +
      `by --member ${only}`,
  );
}

function namesIn(path: string): string[] {
  try {
    return readFile(path, npzNames);
  } catch (error) {
    if (error instanceof FormatError || error instanceof FileError) return [];
    throw error;
  }
}
