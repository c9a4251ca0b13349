import { join } from 'node:path';
import { Clone, everyPackage, type Machine, packages } from './clone';

let clone: Clone;
afterEach(() => clone.remove());

const start = (machine: Machine) => {
  clone = new Clone(machine);
  return clone.run('node', 'scripts/start.mjs');
};
const aptInstall = (names: string[]) =>
  `apt-get install -q -y --no-install-recommends ${names.join(' ')}`;
const bundled = [
  'esbuild lib/cli/main.ts',
  'esbuild lib/study/report/browser/main.ts lib/study/report/browser/page.css',
];

describe('on a fresh clone with the right to install', () => {
  test('npm start prints what it installs, builds, and runs the example', () => {
    const { status, output, last, calls } = start({ installed: [] });
    expect(output).toContain(`Installing with apt-get: ${packages.building.join(' ')}\n`);
    expect(output).toContain('Installing the Node packages\n');
    expect(calls).toEqual([
      'apt-get update -q',
      aptInstall(packages.building),
      'npm ci --ignore-scripts --no-audit --no-fund',
      'cmake-js configure',
      'cmake-js build --parallel 2',
      'tsc -p tsconfig.build.json',
      ...bundled,
    ]);
    expect([status, last]).toEqual([0, 'trains']);
  });

  test('npm start installs only what is missing', () => {
    const { output, calls } = start({ installed: ['cmake', 'g++', 'ninja-build'] });
    expect(output).toContain('Installing with apt-get: libhwy-dev\n');
    expect(calls).toContain(aptInstall(['libhwy-dev']));
  });

  test('npm test installs what the checks need too', () => {
    clone = new Clone({ installed: packages.building });
    expect(clone.run('node', 'scripts/test.mjs').calls).toContain(aptInstall(packages.testing));
  });

  test('npm run sanitize installs Clang and its runtime', () => {
    clone = new Clone({ installed: [...packages.building, ...packages.testing] });
    const { calls } = clone.run('node', 'scripts/sanitize.mjs');
    expect(calls).toContain(aptInstall(packages.sanitizing));
  });

  test('sudo gives the right where it asks for no password', () => {
    const { status, calls } = start({ installed: ['sudo'], superuser: false });
    expect(calls).toContain(aptInstall(packages.building));
    expect(status).toBe(0);
  });
});

describe('what is missing and cannot be installed is said, and nothing starts', () => {
  const refused = (script: string, machine: Machine) => {
    clone = new Clone({ superuser: false, ...machine });
    const { status, output, calls } = clone.run('node', `scripts/${script}.mjs`);
    expect(status).toBe(1);
    expect(calls).toEqual([]);
    return output;
  };

  test('without the right to, as the exact command', () => {
    expect(refused('start', { installed: ['g++'] })).toContain(
      'Please run: sudo apt-get update && sudo apt-get install cmake ninja-build libhwy-dev\n',
    );
  });

  test('by npm run sanitize, with why it needs Clang', () => {
    const installed = everyPackage.filter((name) => name !== 'clang');
    expect(refused('sanitize', { installed })).toMatch(
      /^Missing: Clang, for g\+\+ leaves out EMU128; .*install clang /,
    );
  });

  test('by npm run neon', () => {
    expect(refused('neon', { installed: packages.building })).toContain(
      `Please run: sudo apt-get update && sudo apt-get install ${packages.emulating.join(' ')}\n`,
    );
  });

  test('by name where there is no apt-get', () => {
    expect(refused('start', { installed: ['g++'], apt: false })).toBe(
      'Missing: CMake 3.20 or newer; Ninja or Make. Please install it and try again.\n',
    );
  });
});

test('where there is no apt-get, npm start leaves Highway to CMake', () => {
  const installed = packages.building.filter((name) => name !== 'libhwy-dev');
  const { status, calls } = start({ installed, apt: false });
  expect(calls).toContain('cmake-js build --parallel 2');
  expect(status).toBe(0);
});

test('the Node packages of another checkout, linked to, are left alone', () => {
  const other = new Clone();
  other.run('node', 'scripts/start.mjs');
  clone = new Clone();
  clone.link('node_modules', join(other.folder, 'node_modules'));
  const { status, calls } = clone.run('node', 'scripts/start.mjs');
  other.remove();
  expect(status).toBe(0);
  expect(calls).toContain('tsc -p tsconfig.build.json');
  expect(calls.filter((call) => call.startsWith('npm '))).toEqual([]);
});

describe("npm's prepare", () => {
  const prepare = () => clone.run('node', 'scripts/prepare.mjs');
  const programs = (calls: string[]) => calls.map((call) => call.split(' ')[0]);
  const build = ['configure', 'build'].map((step) => ['node_modules/cmake-js/bin/cmake-js', step]);

  test('compiles dist/, and installs nothing', () => {
    clone = new Clone({ installed: [] });
    clone.run('npm', 'ci');
    const { status, calls } = prepare();
    expect([status, calls]).toEqual([0, ['tsc -p tsconfig.build.json', ...bundled]]);
    expect(prepare().calls).toEqual([]);
  });

  test('keeps an addon that the install script has built for the package', () => {
    clone = new Clone();
    clone.run('npm', 'ci');
    clone.write('package.json', '{}');
    for (const args of build) clone.run('node', ...args);
    expect(programs(prepare().calls)).toEqual(['tsc', 'esbuild', 'esbuild', 'bin.js']);
    expect(prepare().calls).toEqual([]);
  });

  test('without the development packages does nothing, and says so', () => {
    clone = new Clone();
    const { status, output, calls } = prepare();
    expect([status, calls]).toEqual([0, []]);
    expect(output).toContain('dist/ is not compiled');
  });
});

describe('a second run', () => {
  const again = () => clone.run('node', 'scripts/start.mjs');
  beforeEach(() => start({}));

  test('sets nothing up', () => {
    expect(again()).toEqual({
      status: 0,
      output: 'trains\n',
      last: 'trains',
      calls: [],
    });
  });

  test('passes options on, and how the example ended', () => {
    clone.write('examples/training/main.mjs', 'process.exit(process.argv.length)');
    expect(clone.run('node', 'scripts/start.mjs', '--steps', '9').status).toBe(4);
  });

  test.each([
    ['lib/index.ts', ['tsc -p tsconfig.build.json', ...bundled]],
    ['cpp/kernel.cc', ['cmake-js build --parallel 2']],
    ['binding/addon.cc', ['cmake-js build --parallel 2']],
    ['README.md', []],
  ])('after a change of %s makes only what comes from it', (path, calls) => {
    clone.write(path, 'changed');
    expect(again().calls).toEqual(calls);
    expect(again().calls).toEqual([]);
  });

  test('after a change of package-lock.json installs the Node packages', () => {
    clone.write('package-lock.json', '{ "changed": true }');
    expect(again().calls).toContain('npm ci --ignore-scripts --no-audit --no-fund');
  });
});

test('npm start -- --help installs nothing, and says what npm start may install', () => {
  clone = new Clone({ installed: [], superuser: false });
  const { status, output, calls } = clone.run('node', 'scripts/start.mjs', '--help');
  expect(output).toContain('it may install system packages');
  expect([status, calls]).toEqual([0, []]);
});

describe('what examples/serving needs besides', () => {
  const install = 'npm ci --ignore-scripts --no-audit --no-fund';
  const options = { serve: ['--port', '0'], load: ['--rounds', '2'] };
  const run = (script: keyof typeof options, args = options[script]) =>
    clone.run('node', `scripts/${script}.mjs`, ...args);
  const installed = () => run('serve').calls.filter((call) => call === install).length;
  beforeEach(() => {
    clone = new Clone();
  });

  test.each([
    ['serve', 'serves --port 0'],
    ['load', 'loads --rounds 2'],
  ] as const)('is installed once by npm run %s, which passes options on', (script, last) => {
    const first = run(script);
    expect(first.output).toContain('Installing the Node packages of examples/serving\n');
    expect(first.calls.filter((call) => call === install)).toHaveLength(2);
    expect([first.status, first.last]).toEqual([0, last]);
    expect(run(script)).toEqual({ status: 0, output: `${last}\n`, last, calls: [] });
  });

  test.each(['serve', 'load'] as const)('is not needed for the help of npm run %s', (script) => {
    clone.remove();
    clone = new Clone({ installed: [], superuser: false });
    const { status, output, calls } = run(script, ['--help']);
    expect(output).toMatch(new RegExp(`^npm run ${script} \\[-- OPTIONS\\]\n`));
    expect([status, calls]).toEqual([0, []]);
  });

  test.each(['serve', 'load'] as const)(
    'is not installed where npm run %s is refused',
    (script) => {
      const { status, output, calls } = run(script, ['--prot', '80']);
      expect(output).toContain("'--prot'");
      expect(output).toContain(`npm run ${script} -- --help lists the options
`);
      expect([status, calls]).toEqual([2, []]);
    },
  );

  test('is installed by npm test, which tries the server', () => {
    expect(clone.run('node', 'scripts/test.mjs').calls).toContain(install);
    expect(installed()).toBe(0);
  });

  test('is installed again where others are locked', () => {
    run('serve');
    clone.write('examples/serving/package-lock.json', '{ "changed": true }');
    expect(installed()).toBe(1);
  });

  test('finds this repository as the package batchnorm', () => {
    run('serve');
    const found = clone.run('readlink', '-f', 'examples/serving/node_modules/batchnorm');
    expect(found.last).toBe(clone.run('pwd').last);
  });
});
