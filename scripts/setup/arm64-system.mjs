import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.mjs';
import { output, run } from '../run.mjs';

const packages = ['libhwy1', 'libhwy-dev', 'libgtest-dev'];

/**
 * A folder with Debian's Highway and GoogleTest for arm64, unpacked from its packages; neither
 * those nor their architecture are added to the system's own.
 */
export function arm64System() {
  const folder = join(root, 'build/arm64');
  if (existsSync(join(folder, 'usr'))) return folder;
  if (output('apt-get', ['--version']) === null) {
    console.error('Highway and GoogleTest for arm64 come from Debian; there is no apt-get here.');
    process.exit(1);
  }
  const work = join(root, 'build/arm64-packages');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'lists/partial'), { recursive: true });
  const named = packages.map((name) => `${name}:arm64`);
  console.log(`Downloading with apt-get, to build/arm64: ${named.join(' ')}`);
  const options = [
    `APT::Architectures::=${output('dpkg', ['--print-architecture'])}`,
    'APT::Architectures::=arm64',
    `Dir::State::Lists=${join(work, 'lists')}`,
    `Dir::Cache=${join(work, 'cache')}`,
    // The user that apt-get becomes may not write below a folder of ours.
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  run('apt-get', [...options, '-q', 'update']);
  run('apt-get', [...options, '-q', 'download', ...named], { cwd: work });
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    run('dpkg', ['-x', join(work, file), join(work, 'system')]);
  }
  // Moved as a whole, so that an attempt that was cut off is not taken for a finished one.
  renameSync(join(work, 'system'), folder);
  rmSync(work, { recursive: true });
  return folder;
}
