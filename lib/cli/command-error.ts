import { types } from 'node:util';

/** What ends a command, said in one line; no stack, for the user can put it right. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** What went wrong, in one line: files come with the messages of several libraries. */
export function oneLine(error: unknown): string {
  const text = types.isNativeError(error) ? error.message : String(error);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('; ');
}

/** Whether something is wrong with this program, not with what it was given. */
export function isBug(error: unknown): boolean {
  if (!types.isNativeError(error)) return true;
  return error.name === 'TypeError' || error.name === 'ReferenceError';
}

/** What went wrong with a file; a bug stays what it is. */
export function aboutFile(path: string, error: unknown): unknown {
  return isBug(error) ? error : new CommandError(`${path}: ${oneLine(error)}`);
}
