// npm run soak: mixed calls of the whole library for some minutes, every result checked against the
// reference of test/reference/, memory and handles watched. `-- --minutes 10` for longer.
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { root } from './root.mjs';
import { succeeds } from './run.mjs';
import { setUp } from './setup/all.mjs';
import { building } from './setup/needs.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '3' } } });
if (!(Number(values.minutes) > 0)) {
  console.error(`--minutes takes a number above 0, got ${values.minutes}`);
  process.exit(2);
}
setUp(building);
mkdirSync(`${root}/build/soak`, { recursive: true });
await build({
  stdin: {
    contents: ['batch-norm', 'sets', 'images', 'ulps']
      .map((name) => `export * from './test/reference/${name}';`)
      .join('\n'),
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  external: ['batchnorm'],
  format: 'esm',
  platform: 'node',
  outfile: `${root}/build/soak/reference.mjs`,
});
const args = ['--expose-gc', 'soak/main.mjs', values.minutes];
process.exitCode = succeeds(process.execPath, args) ? 0 : 1;
