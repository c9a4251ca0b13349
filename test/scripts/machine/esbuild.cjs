// Stands for esbuild's package: notes what it should bundle.
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');

exports.build = async ({ absWorkingDir, entryPoints, outfile, write = true }) => {
  const entries = entryPoints.map((path) => relative(absWorkingDir, path));
  appendFileSync(join(process.env.MACHINE, 'calls'), `${['esbuild', ...entries].join(' ')}\n`);
  if (!write) return { metafile: { outputs: {} }, outputFiles: [] };
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, '');
};
