import { output, run, succeeds } from '../run.mjs';

/** Installs what is missing of `needs`; without the right to, says how and ends this process. */
export function ensureSystemPackages(needs) {
  if (process.platform !== 'linux' && process.platform !== 'darwin') return;
  const missing = needs.filter(({ isMet }) => !isMet());
  if (missing.length === 0) return;

  if (output('apt-get', ['--version']) === null) {
    const unmet = missing.filter(({ cmakeFetches }) => !cmakeFetches);
    if (unmet.length > 0) refuse(unmet, 'Please install it and try again.');
    return;
  }
  const packages = missing.map(({ debianPackage }) => debianPackage);
  const prefix = rootPrefix();
  if (!prefix) {
    const install = `sudo apt-get update && sudo apt-get install ${packages.join(' ')}`;
    refuse(missing, `Please run: ${install}`);
  }

  console.log(`Installing with apt-get: ${packages.join(' ')}`);
  const env = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  // An index of some other source that cannot be reached need not stop us.
  succeeds(env[0], [...env.slice(1), 'update', '-q']);
  run(env[0], [...env.slice(1), 'install', '-q', '-y', '--no-install-recommends', ...packages]);

  const still = missing.filter(({ isMet }) => !isMet());
  if (still.length > 0) refuse(still, 'apt-get has installed its packages all the same.');
}

/** What goes before a command that needs root; null where this user may not become root. */
function rootPrefix() {
  if (process.getuid() === 0) return [];
  return output('sudo', ['-n', 'true']) === null ? null : ['sudo', '-n'];
}

function refuse(missing, advice) {
  console.error(`Missing: ${missing.map(({ name }) => name).join('; ')}. ${advice}`);
  process.exit(1);
}
