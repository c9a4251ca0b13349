import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';

/**
 * Where a path leads through symbolic links, to something that need not be there. It ends at an open
 * descriptor, such as /proc/self/fd/1, whose link names a file that may be another one by now.
 */
export function followLinks(path: string): string {
  if (path === '' || path.endsWith(sep)) return path; // no file's, as the system will say
  // The system's own: in a/b/.. the link a/b comes before the dots.
  const folder = realpathSync.native(dirname(path));
  const here = join(folder, basename(path));
  if (isOfDescriptors(folder)) return here;
  if (!lstatSync(here, { throwIfNoEntry: false })?.isSymbolicLink()) return here;
  const target = readlinkSync(here);
  return followLinks(isAbsolute(target) ? target : folder + sep + target);
}

/** The descriptor of this process that a path without links stands for; null where it is a file's. */
export function descriptorOf(path: string): number | null {
  const name = basename(path);
  return isOfDescriptors(dirname(path)) && /^\d+$/.test(name) ? Number(name) : null;
}

function isOfDescriptors(folder: string): boolean {
  return folder === '/dev/fd' || ['/proc/self/fd', '/proc/thread-self/fd'].some(isFolder);

  function isFolder(own: string): boolean {
    try {
      return realpathSync.native(own) === folder;
    } catch {
      return false; // no Linux
    }
  }
}
