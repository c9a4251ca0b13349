import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(__dirname, '../../../bench/peers');

/** What `body` returns in a Node.js of its own, where `names` come from a module of bench/peers. */
export function inNode(names: string, module: string, body: string) {
  const from = pathToFileURL(join(folder, module));
  const code = `import { ${names} } from '${from}';
    const run = async () => { ${body} };
    console.log(JSON.stringify(await run()));`;
  const args = ['--input-type=module', '--eval', code];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}
