import { Clone, everyPackage, type Machine, packages } from './clone';

let clone: Clone;
afterEach(() => clone.remove());

const start = (machine: Machine) => {
  clone = new Clone(machine);
  return clone.run('node', 'scripts/start.mjs');
};
const aptInstall = (names: string[]) =>
  `apt-get install -q -y --no-install-recommends ${names.join(' ')}`;

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
    ]);
    expect([status, last]).toEqual([0, 'the example']);
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

describe('without the right to install', () => {
  test('npm start says the exact command, and starts nothing', () => {
    const { status, output, calls } = start({ installed: ['g++'], superuser: false });
    expect(output).toContain(
      'Please run: sudo apt-get update && sudo apt-get install cmake ninja-build libhwy-dev\n',
    );
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });

  test('npm run sanitize says why it needs Clang', () => {
    const installed = everyPackage.filter((name) => name !== 'clang');
    clone = new Clone({ installed, superuser: false });
    const { status, output, calls } = clone.run('node', 'scripts/sanitize.mjs');
    expect(output).toMatch(/^Missing: Clang, for g\+\+ leaves out EMU128; .*install clang /);
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });
});

describe('where there is no apt-get', () => {
  test('npm start names what is missing', () => {
    const { status, output, calls } = start({ installed: ['g++'], apt: false });
    expect(output).toBe(
      'Missing: CMake 3.20 or newer; Ninja or Make. Please install it and try again.\n',
    );
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });

  test('npm start leaves Highway to CMake', () => {
    const installed = packages.building.filter((name) => name !== 'libhwy-dev');
    const { status, calls } = start({ installed, apt: false });
    expect(calls).toContain('cmake-js build --parallel 2');
    expect(status).toBe(0);
  });
});

describe('a second run', () => {
  const again = () => clone.run('node', 'scripts/start.mjs');
  beforeEach(() => start({}));

  test('sets nothing up', () => {
    expect(again()).toEqual({
      status: 0,
      output: 'the example\n',
      last: 'the example',
      calls: [],
    });
  });

  test.each([
    ['lib/index.ts', ['tsc -p tsconfig.build.json']],
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
