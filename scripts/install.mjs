// The package's install script: nothing to do where a prebuilt addon loads, else a build from
// source with what this machine has. It downloads nothing unless BATCHNORM_FETCH_HIGHWAY=1 asks
// CMake to fetch Highway.
import { spawnSync } from 'node:child_process';
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
  if (missing.length > 0) {
    console.error(
      'batchnorm: to build one from source, install first, then install batchnorm again:',
    );
    for (const line of missing) console.error(`  ${line}`);
    process.exit(1);
  }
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
  if (status !== 0) {
    console.error(
      'batchnorm: the build failed; besides the packages above it needs Google Highway',
    );
    console.error('  Debian, Ubuntu: apt-get install cmake g++ make libhwy-dev');
  }
  process.exit(status ?? 1);
}

function whatIsMissing() {
  return [
    ...['cmake-js', 'node-addon-api']
      .filter((name) => !resolves(name))
      .map((name) => `npm install ${name}`),
    runs('cmake')
      ? []
      : [
          'CMake 3.20 or newer, a C++17 compiler, Make or Ninja, and Google Highway;',
          '  Debian, Ubuntu: apt-get install cmake g++ make libhwy-dev',
        ],
  ].flat();
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
