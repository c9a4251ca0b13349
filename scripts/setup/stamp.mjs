import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../root.mjs';

/**
 * Calls `make` unless `product` exists and was made from the same content of `inputs` (files and
 * folders of the repository); returns whether it was called.
 */
export function unlessMade(product, inputs, make) {
  const stamp = join(root, 'node_modules/.cache/batchnorm', product.replaceAll('/', '-'));
  const content = digest(inputs);
  if (existsSync(join(root, product)) && read(stamp) === content) return false;
  make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, content);
  return true;
}

function digest(inputs) {
  const hash = createHash('sha256').update(`${root} ${process.platform}-${process.arch}`);
  for (const file of inputs.flatMap(files)) {
    hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** `path` itself, or every file below it, sorted. */
function files(path) {
  if (!existsSync(join(root, path))) return [];
  if (statSync(join(root, path)).isFile()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => files(join(path, name)));
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
