import { fileURLToPath } from 'node:url';
import { ArgumentError } from '../errors';
import { nameOf } from '../tensor/name-of';

/** `path` as the file system takes it; `caller` is what errors begin with. */
export function checkPath(caller: string, path: unknown): string {
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  const got = path instanceof URL ? `'${path}'` : nameOf(path);
  throw new ArgumentError(`${caller}: path should be a file's, as a string or URL, got ${got}`);
}
