import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from '../root.mjs';

const source = join(root, 'lib/cli');
const outfile = join(root, 'dist/cli/main.js');

/** What lies beside lib/cli/ lies beside dist/cli/ too, and is there once. */
const library = {
  name: 'library',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\// }, ({ path, importer }) =>
      importer.startsWith(source) ? { path: `${path}.js`, external: true } : null,
    );
  },
};

/** dist/cli/main.js, the command line in one file with the packages that it uses. */
export async function bundleCommandLine() {
  await build({
    absWorkingDir: root,
    entryPoints: [join(source, 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.3',
    external: ['sharp'],
    plugins: [library],
    // A package that is an ES module asks where it is.
    define: { 'import.meta.url': 'moduleUrl' },
    banner: {
      js: `#!/usr/bin/env node\nconst moduleUrl = require('node:url').pathToFileURL(__filename).href;`,
    },
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
}
