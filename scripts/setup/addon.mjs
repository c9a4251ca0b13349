import { run } from '../run.mjs';
import { unlessMade } from './stamp.mjs';

/** Builds build/Release/batchnorm.node where its sources have changed. */
export function ensureAddon() {
  const sources = ['cpp', 'binding', 'cmake', 'CMakeLists.txt', 'package.json'];
  unlessMade('build/Release/batchnorm.node', sources, () => {
    console.log('Building the addon');
    run(process.execPath, ['node_modules/cmake-js/bin/cmake-js', 'build', '--parallel', '2']);
  });
}
