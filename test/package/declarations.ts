import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every declaration file below `folder` and what it declares, without comments and strings. */
export function declarations(folder: string): [file: string, code: string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => [file, codeOf(readFileSync(join(folder, file), 'utf8'))]);
}

export function codeOf(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|"[^"\n]*"/g, '');
}
