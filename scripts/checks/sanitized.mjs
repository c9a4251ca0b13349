import { join } from 'node:path';
import { root } from '../root.mjs';
import { succeeds } from '../run.mjs';
import { generator } from './gtest.mjs';

/** The folder of all that is built by Clang with AddressSanitizer and UndefinedBehaviorSanitizer. */
export const sanitized = 'build/sanitize';

/** Where node-gyp-build finds the addon that is built there, as BATCHNORM_PREBUILD. */
export const sanitizedAddon = join(root, sanitized, 'addon');

const headers = ['node-api-headers/include', 'node-addon-api'].map((folder) =>
  join(root, 'node_modules', folder),
);

/** One configuration for GoogleTest, the fuzzers and the addon, which share the kernels. */
export const sanitizedArgs = [
  '-DCMAKE_CXX_COMPILER=clang++',
  '-DBATCHNORM_SANITIZE=address,undefined',
  '-DBATCHNORM_BUILD_FUZZERS=ON',
  // As cmake-js would say it, which builds into one folder only.
  '-DCMAKE_JS_VERSION=none',
  `-DCMAKE_JS_INC=${headers.join(';')}`,
  `-DCMAKE_LIBRARY_OUTPUT_DIRECTORY=${join(sanitizedAddon, 'build/Release')}`,
];

/** Builds a target of it; whether that succeeds. */
export function buildSanitized(target) {
  const configure = ['-S', '.', '-B', sanitized, '-DBATCHNORM_BUILD_TESTS=ON', ...sanitizedArgs];
  const build = ['--build', sanitized, '--target', target, '--parallel', '2'];
  return succeeds('cmake', [...configure, ...generator(sanitized)]) && succeeds('cmake', build);
}
