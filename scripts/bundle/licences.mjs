import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';

/**
 * The licences of the packages of which a bundle holds anything, as a comment: they ask to go with
 * every copy.
 *
 * @param {import('esbuild').Metafile} metafile
 */
export function licencesOf(metafile) {
  const namesByText = new Map();
  for (const folder of foldersIn(metafile)) {
    const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const text = licenceIn(folder);
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version}`]);
  }
  const notices = [...namesByText].map(([text, names]) => `${names.join(', ')}:\n\n${text}`);
  return `/*!\n${notices.join('\n\n')}\n*/\n`;
}

function foldersIn({ outputs }) {
  const used = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
  return new Set(
    used
      .map(([path]) => path.match(folder)?.[0])
      .filter(Boolean)
      .sort(),
  );
}

function licenceIn(folder) {
  const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
  return readFileSync(join(root, folder, file), 'utf8').trim();
}
