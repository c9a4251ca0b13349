import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Every Markdown file of a folder. */
export function textsIn(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(folder, file))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

/** The files that a text links to or shows, by relative paths. */
export function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, to = '']) => to.replace(/#.*$/, ''))
    .filter((to) => to !== '' && !/^[a-z]+:/.test(to));
}

/** What is prose: a call in code such as `layers[0](x)` is no link. */
function withoutCode(text: string): string {
  return text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '``');
}

/** The text of each heading, with the heading. */
export function sectionsOf(text: string): string[] {
  return text.split(/^(?=#{1,6} )/m);
}

/** The scripts of a package.json that a text tells its reader to run. */
export function commandsOf(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)/g)].map(
    ([, name = '']) => name,
  );
}

/** The scripts of the package.json that lies beside a text, unless it is that of `root`. */
export function scriptsBeside(file: string, root: string): string[] {
  const manifest = join(dirname(file), 'package.json');
  if (dirname(file) === root || !existsSync(manifest)) return [];
  return Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).scripts ?? {});
}
