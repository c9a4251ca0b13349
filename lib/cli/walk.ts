import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Every file below a folder, also behind symbolic links; each folder is entered once, links to
 * nothing count as files. Rejects with the system's error where a folder cannot be read.
 */
export async function walk(folder: string): Promise<string[]> {
  const entered = new Set<string>();
  const files: string[] = [];
  const enter = async (path: string): Promise<void> => {
    const real = await realpath(path);
    if (entered.has(real)) return;
    entered.add(real);
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (await isFolder(entry, child)) await enter(child);
      else files.push(child);
    }
  };
  await enter(folder);
  return files;
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}
