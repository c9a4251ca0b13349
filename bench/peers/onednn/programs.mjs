import { fileURLToPath } from 'node:url';
import { run } from '../../../scripts/run.mjs';
import { onednn as needs } from '../../../scripts/setup/needs.mjs';
import { unlessMade } from '../../../scripts/setup/stamp.mjs';

const source = fileURLToPath(new URL('child.cc', import.meta.url));
const program = 'build/peers/onednn';

/** oneDNN on one thread, through a program that is built where it is absent or has changed. */
export function onednn() {
  const unmet = needs.filter(({ isMet }) => !isMet()).map(({ name }) => name);
  if (unmet.length > 0) {
    const missing = `no ${unmet.join(', no ')}; npm run bench:install-peers installs it on Debian and Ubuntu`;
    return [{ name: 'oneDNN', missing }];
  }
  unlessMade(program, ['bench/peers/onednn/child.cc'], () => {
    console.error(`Building ${program}`);
    run('c++', ['-std=c++17', '-O2', source, '-ldnnl', '-o', program]);
  });
  return [{ name: 'oneDNN', command: program, args: [], env: { OMP_NUM_THREADS: '1' } }];
}
