import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Every file below a folder, also behind symbolic links; each folder is entered once, links to
 * nothing count as files; pipes and devices, which might never end, do not. Rejects with the
 * system's error where a folder cannot be read.
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
      const kind = await followed(entry, child);
      if (kind === null || kind.isFile()) files.push(child);
      else if (kind.isDirectory()) await enter(child);
    }
  };
  await enter(folder);
  return files;
}

/** What an entry is, or a link leads to; null where that is nothing. */
async function followed(entry: Dirent, path: string): Promise<Dirent | Stats | null> {
  return entry.isSymbolicLink() ? stat(path).catch(() => null) : entry;
}
