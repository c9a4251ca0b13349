import { run } from '../run.mjs';
import { isConfigured } from './cmake-folder.mjs';
import { unlessMade } from './stamp.mjs';

/** Builds build/Release/batchnorm.node where its sources have changed. */
export function ensureAddon() {
  const sources = ['cpp', 'binding', 'cmake', 'CMakeLists.txt', 'package.json'];
  unlessMade('build/Release/batchnorm.node', sources, () => {
    console.log('Building the addon');
    const cmakeJs = 'node_modules/cmake-js/bin/cmake-js';
    if (!isConfigured('build')) run(process.execPath, [cmakeJs, 'configure']);
    run(process.execPath, [cmakeJs, 'build', '--parallel', '2']);
  });
}
