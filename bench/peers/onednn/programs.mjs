import { fileURLToPath } from 'node:url';
import { run } from '../../../scripts/run.mjs';
import { onednn as needs } from '../../../scripts/setup/needs.mjs';
import { unlessMade } from '../../../scripts/setup/stamp.mjs';

const folder = 'bench/peers/onednn';

/** oneDNN on one thread, through a program that is built where it is absent or has changed. */
export function onednn() {
  return [onednnProgram('build/peers/onednn', `${folder}/child.cc`)];
}

/** What starts oneDNN by the program that `source` is, a file of the repository; or why it cannot be built. */
export function onednnProgram(program, source) {
  const unmet = needs.filter(({ isMet }) => !isMet()).map(({ name }) => name);
  if (unmet.length > 0) {
    const missing = `no ${unmet.join(', no ')}; npm run bench:install-peers installs it on Debian and Ubuntu`;
    return { name: 'oneDNN', missing };
  }
  unlessMade(program, [source, `${folder}/program.h`], () => {
    console.error(`Building ${program}`);
    const include = fileURLToPath(new URL('.', import.meta.url));
    run('c++', ['-std=c++17', '-O2', `-I${include}`, source, '-ldnnl', '-o', program]);
  });
  return { name: 'oneDNN', command: program, args: [], env: { OMP_NUM_THREADS: '1' } };
}
