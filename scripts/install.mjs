// The package's install script: nothing to do if a prebuilt addon loads, else a build from source
// with what this machine has; if that cannot be, a warning. It downloads nothing unless
// BATCHNORM_FETCH_HIGHWAY=1 asks CMake to fetch Highway.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

const reason = whyNoAddon();
if (reason !== null) build(reason);

/** Null where an addon that is already here loads; it is tried in a process of its own. */
function whyNoAddon() {
  if (process.env.npm_config_build_from_source === 'true')
    return 'npm was told to build from source';
  const load = `require(${JSON.stringify(require.resolve('node-gyp-build'))})(process.argv[1])`;
  const { status, stderr } = spawnSync(process.execPath, ['-e', load, root], { encoding: 'utf8' });
  if (status === 0) return null;
  return stderr.split('\n').find((line) => line.includes('Error:')) ?? 'the prebuilt addon crashed';
}

function build(reason) {
  console.log(`batchnorm: no prebuilt addon fits ${process.platform}-${process.arch} (${reason})`);
  const missing = whatIsMissing();
  if (missing.length > 0) return leaveWithout('to build one from source, install first:', missing);
  const { status } = spawnSync(
    process.execPath,
    [
      join(dirname(require.resolve('cmake-js/package.json')), 'bin/cmake-js'),
      // What an earlier attempt configured would hide what has been installed since.
      'rebuild',
      `--directory=${root}`,
      `--CDBATCHNORM_FETCH_HIGHWAY=${process.env.BATCHNORM_FETCH_HIGHWAY === '1' ? 'ON' : 'OFF'}`,
    ],
    { stdio: 'inherit', cwd: root },
  );
  if (status !== 0) leaveWithout('the build failed; besides cmake-js it needs:', systemPackages());
}

/**
 * The package installs all the same: require('batchnorm') says this too, and other packages of the
 * same install are not lost. Only a build that was asked for has to succeed.
 */
function leaveWithout(what, lines) {
  console.warn(`batchnorm: WARNING: installed without its addon; ${what}`);
  for (const line of lines) console.warn(`  ${line}`);
  console.warn('then: npm rebuild batchnorm');
  if (process.env.npm_config_build_from_source === 'true') process.exitCode = 1;
}

function whatIsMissing() {
  return [
    ...['cmake-js', 'node-addon-api']
      .filter((name) => !resolves(name))
      .map((name) => `npm install ${name}`),
    ...(runs('cmake') ? [] : systemPackages()),
  ];
}

/** A fresh clone is not compiled yet; there it is the scripts of this folder that install. */
function systemPackages() {
  const compiled = join(root, 'dist/toolchain.js');
  if (existsSync(compiled)) return require(compiled).toolchain();
  return ['in a clone of the repository: npm run compile, which installs what is missing'];
}

function resolves(name) {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

function runs(command) {
  return spawnSync(command, ['--version']).status === 0;
}
