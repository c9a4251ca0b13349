import { types } from 'node:util';
import { BatchNormError } from '../errors';

/** A file cannot be read or written; `code` is the system's own, such as `'ENOENT'` or `'ENOSPC'`. */
export class FileError extends BatchNormError {
  static override readonly name: string = 'FileError';
  readonly code: string;

  constructor(doing: 'read' | 'write', path: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(`cannot ${doing} ${path}: ${message}`, { cause });
    this.code = code ?? 'ERR_BATCHNORM_FILE';
  }
}

/** What `action` returns; the system's errors say which file they are about. */
export function aboutPath<T>(doing: 'read' | 'write', path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const isSystems = types.isNativeError(error) && 'code' in error;
    throw isSystems && !(error instanceof BatchNormError)
      ? new FileError(doing, path, error)
      : error;
  }
}
