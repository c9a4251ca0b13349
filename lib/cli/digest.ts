import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import type { InputFile } from './inputs';

/** SHA-256 of the files' names and sizes and of `facts`: the same for the same data set anywhere. */
export function digestOf(files: readonly InputFile[], facts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const { path, name } of files) hash.update(JSON.stringify([name, sizeOf(path)]));
  for (const fact of facts) hash.update(`\n${fact}`);
  return hash.digest('hex');
}

/** In bytes; null where the file is gone. */
function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}
