import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { CommandError, oneLine } from './command-error';

/** The paths in a file, `-` for standard input: a line each or, as find -print0 writes, up to a NUL. */
export async function readList(path: string): Promise<string[]> {
  const bytes = await (path === '-' ? buffer(process.stdin) : readFile(path)).catch((error) => {
    throw new CommandError(`cannot read --files-from ${path}: ${oneLine(error)}`);
  });
  const text = bytes.toString();
  const paths = text.split(text.includes('\0') ? '\0' : /\r?\n/).filter((line) => line !== '');
  if (paths.length > 0) return paths;
  throw new CommandError(`--files-from ${path} names no files`);
}
