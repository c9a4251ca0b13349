import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../root.mjs';
import { licencesOf } from './licences.mjs';

const source = 'lib/study/report/browser';
const outdir = join(root, 'dist/study/report/browser');

/** The script and the styles that the study's report holds. */
export async function bundleReport() {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, source, 'main.ts'), join(root, source, 'page.css')],
    outdir,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  mkdirSync(outdir, { recursive: true });
  for (const { path, text } of outputFiles) {
    writeFileSync(path, path.endsWith('.js') ? licencesOf(metafile) + text : text);
  }
}
