import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { toolchain } from '../../lib/toolchain';
import { codeOf, declarations } from './declarations';
import { asScript, examples, guides, tensorFlowGuide, workersGuide } from './examples';
import {
  attempt,
  bareEnvironment,
  type Installed,
  install,
  root,
  run,
  withoutHighway,
} from './installed';
import { commandsOf, linksOf, scriptsBeside, sectionsOf, textsIn } from './texts';

const bin = (name: string) => join(root, 'node_modules/.bin', name);
const node = process.execPath;

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let installed: Installed;
let prebuilds: string;

beforeAll(() => {
  installed = install();
  prebuilds = join(installed.package, 'prebuilds', `${process.platform}-${process.arch}`);
});

afterAll(() => {
  rmSync(dirname(installed.folder), { recursive: true, force: true });
});

test('installs where nothing can compile and no network is, from the prebuilt addon', () => {
  expect(existsSync(join(installed.package, 'build'))).toBe(false);
  expect(readdirSync(prebuilds).filter((file) => file.endsWith('.node'))).toHaveLength(1);
});

test('carries what a build from source needs, and no tests', () => {
  const has = (path: string) => existsSync(join(installed.package, path));
  for (const path of [
    'CMakeLists.txt',
    'cmake',
    'cpp',
    'binding',
    'scripts/install.mjs',
    'LICENSE',
  ]) {
    expect([path, has(path)]).toEqual([path, true]);
  }
  const kernels = readdirSync(join(installed.package, 'cpp'), {
    recursive: true,
    encoding: 'utf8',
  });
  expect(kernels).toContain(join('kernels', 'moments.cc'));
  expect(kernels.filter((file) => /_test|testing/.test(file))).toEqual([]);
  expect(readdirSync(join(installed.package, 'scripts'))).toEqual(['install.mjs']);
  expect(has('test') || has('lib')).toBe(false);
});

describe('its texts', () => {
  const texts = () => textsIn(installed.package);

  test('link to what is in the package', () => {
    const links = texts().flatMap(({ file, text }) => linksOf(text).map((to) => ({ file, to })));
    expect(links.length).toBeGreaterThan(40);
    const dead = links.filter(({ file, to }) => !existsSync(join(dirname(file), to)));
    expect(dead.map(({ file, to }) => `${file}: ${to}`)).toEqual([]);
  });

  test('say of commands that need a clone that they do', () => {
    const silent = texts()
      .flatMap(({ file, text }) => sectionsOf(text).map((section) => ({ file, section })))
      .filter(({ section }) => !/\bclone\b/.test(section))
      .flatMap(({ file, section }) => commandsOf(section).map((command) => ({ file, command })))
      // The example for a CI is a package of its own.
      .filter(({ file, command }) => !scriptsBeside(file, installed.package).includes(command));
    expect(silent).toEqual([]);
  });

  test('are those of the examples too, without what running them leaves', () => {
    const files = readdirSync(join(installed.package, 'examples'), { recursive: true });
    expect(files).toContain(join('ci-parity', 'README.md'));
    expect(
      files.filter((file) => /node_modules|serving.trained|report\.html/.test(`${file}`)),
    ).toEqual([]);
  });
});

describe('the command line', () => {
  const npx = (...args: string[]) =>
    run('npx', ['--no-install', 'batchnorm', ...args], installed.folder);

  test('is one file, which runs without any other package', () => {
    expect(readdirSync(join(installed.package, 'dist/cli'))).toEqual(['main.js']);
    expect(npx('--version')).toBe(`${manifest.version}\n`);
    expect(npx('--help')).toContain('batchnorm stats photos/');
    expect(dirname(JSON.parse(npx('info', '--json')).addon)).toBe(prebuilds);
  });

  test('reads and writes arrays', () => {
    const idx = Buffer.from([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 255]);
    writeFileSync(join(installed.folder, 'two.idx'), idx);
    expect(npx('stats', 'two.idx')).toMatch(/\nNormalize\(mean=\[0\.5000\], std=\[0\.5000\]\)\n$/);
    npx('normalize', 'two.idx', '-o', 'two.npy', '--mean', '0.5', '--std', '0.5');
    const { mean, std } = JSON.parse(npx('stats', 'two.npy', '--json'));
    expect([...mean, ...std]).toEqual([0, 1]);
  });

  test('says how to install sharp, which images need', () => {
    writeFileSync(join(installed.folder, 'some.png'), '');
    const args = ['--no-install', 'batchnorm', 'stats', 'some.png'];
    const { status, output } = attempt('npx', args, installed.folder);
    expect(status).toBe(2);
    expect(output).toContain('npm install sharp');
  });
});

const options = ['--strict', '--target', 'es2022', '--types', ''];

describe("a user's files", () => {
  test.each(['main.cts', 'main.mts'])('%s compiles with nodenext and runs', (file) => {
    const tsc = [bin('tsc'), '--module', 'nodenext', ...options, file];
    expect(run(node, tsc, installed.folder)).toBe('');
    const script = file.replace(/ts$/, 'js');
    const printed = JSON.parse(run(node, [script], installed.folder));
    expect(printed.y.slice(0, 2)).toEqual([-1, 1]);
    expect(dirname(printed.addon)).toBe(prebuilds);
  });

  test('know the dtypes of tensors', () => {
    const tsc = [bin('tsc'), '--module', 'nodenext', '--noEmit', ...options, 'types.mts'];
    expect(run(node, tsc, installed.folder)).toBe('');
  });

  test('compile with moduleResolution bundler', () => {
    const args = ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit', 'main.mts'];
    expect(run(node, [bin('tsc'), ...options, ...args], installed.folder)).toBe('');
  });
});

function printed(
  source: string,
  script: string,
  code: string,
  args: readonly string[] = [],
  folder = installed.folder,
): string[] {
  writeFileSync(join(folder, source), code);
  run(node, [bin('tsc'), '--module', 'nodenext', ...options, ...args, source], folder);
  return run(node, [script], folder).split('\n');
}

describe.each([...examples, ...guides])('$name', (example) => {
  test('compiles and runs with import', () => {
    const lines = printed('example.mts', 'example.mjs', example.module);
    expect(lines).toEqual(expect.arrayContaining(example.prints));
  });

  test('says what it prints', () => expect(example.prints).not.toEqual([]));
});

// The compiler knows require in JavaScript alone, and checks that too.
test.each(examples)('$name compiles and runs with require', (example) => {
  const code = asScript(example);
  expect(code).toMatch(/^const \{.*\bfunctional: F\b.*\} = require\('batchnorm'\);$/m);
  const lines = printed('example.cjs', 'example.cjs', code, ['--checkJs', '--noEmit']);
  expect(lines).toEqual(expect.arrayContaining(example.prints));
});

test('publint finds nothing', () => {
  expect(run(node, [bin('publint'), '--strict', installed.tarball], root)).toMatch(/All good/);
});

test('are the types wrong? finds nothing', () => {
  expect(run(node, [bin('attw'), installed.tarball], root)).toMatch(/No problems found/);
});

/** A user's folder with this package and others, which are those of this repository. */
function appBeside(packages: readonly string[]): string {
  const app = mkdtempSync(join(tmpdir(), 'batchnorm-app-'));
  cpSync(join(installed.folder, 'node_modules'), join(app, 'node_modules'), { recursive: true });
  for (const name of packages) {
    const path = join('node_modules', name);
    mkdirSync(dirname(join(app, path)), { recursive: true });
    symlinkSync(join(root, path), join(app, path));
  }
  return app;
}

describe('with the types of Node.js', () => {
  let app: string;

  beforeAll(() => {
    app = appBeside(['@types/node']);
  });

  afterAll(() => rmSync(app, { recursive: true, force: true }));

  test.each(workersGuide)('$name compiles and runs', ({ module, prints }) => {
    const types = ['--types', 'node', '--skipLibCheck'];
    const lines = printed('guide.mts', 'guide.mjs', module, types, app);
    expect(prints).not.toEqual([]);
    expect(lines).toEqual(expect.arrayContaining(prints));
  });
});

describe('batchnorm/tfjs', () => {
  const tfjs = ['core', 'layers', 'backend-cpu', 'backend-wasm'].map((name) => `tfjs-${name}`);
  const example = [
    `import * as tf from '@tensorflow/tfjs-core';`,
    `import { BatchNorm1d } from 'batchnorm';`,
    `import { batchNorm, restore, variables } from 'batchnorm/tfjs';`,
    `const bn: BatchNorm1d = new BatchNorm1d(2);`,
    `const learned: tf.Variable[] = variables(bn);`,
    'const y: tf.Tensor2D = batchNorm(tf.tensor2d([1, 2, 3, 6], [2, 2]), bn);',
    'console.log(JSON.stringify([y.shape, learned.length, bn.numBatchesTracked]));',
    'restore();',
  ];

  test('without TensorFlow.js says what to install, and batchnorm does without', () => {
    const load = `require('batchnorm'); require('batchnorm/tfjs');`;
    const { status, output } = attempt(node, ['-e', load], installed.folder);
    expect(status).toBe(1);
    expect(output).toContain('ERR_BATCHNORM_MISSING_PEER');
    expect(output).toContain('npm install @tensorflow/tfjs-core @tensorflow/tfjs-layers');
  });

  describe('beside TensorFlow.js', () => {
    let app: string;

    beforeAll(() => {
      app = appBeside(tfjs.map((name) => `@tensorflow/${name}`));
    });

    afterAll(() => rmSync(app, { recursive: true, force: true }));

    test('nothing of it is loaded by batchnorm', () => {
      const loaded = (name: string) => {
        const list = `JSON.stringify(Object.keys(require.cache))`;
        const files: string[] = JSON.parse(
          run(node, ['-e', `require('${name}'); console.log(${list})`], app),
        );
        return files.filter((file) => /@tensorflow|dist.tfjs/.test(file));
      };
      expect(loaded('batchnorm')).toEqual([]);
      expect(loaded('batchnorm/tfjs')).not.toEqual([]);
    });

    // TensorFlow.js's own declarations ask for those of its other platforms.
    test.each(tensorFlowGuide)('$name compiles and runs', ({ module, prints }) => {
      const lines = printed('guide.mts', 'guide.mjs', module, ['--skipLibCheck'], app);
      expect(prints).not.toEqual([]);
      expect(lines).toEqual(expect.arrayContaining(prints));
    });

    test.each(['example.mts', 'example.cts'])('%s compiles with nodenext and runs', (file) => {
      // As a script TensorFlow.js has no backend before one is imported.
      const code = [`import '@tensorflow/tfjs-backend-cpu';`, ...example].join('\n');
      writeFileSync(join(app, file), code);
      const tsc = [bin('tsc'), '--module', 'nodenext', '--skipLibCheck', ...options, file];
      expect(run(node, tsc, app)).toBe('');
      const printed = run(node, [file.replace(/ts$/, 'js')], app);
      expect(JSON.parse(printed.slice(printed.indexOf('[[')))).toEqual([[2, 2], 2, 1]);
    });
  });
});

describe('no declaration holds any', () => {
  test('in the package', () => {
    const files = declarations(join(installed.package, 'dist'));
    expect(files.map(([file]) => file)).toContain('index.d.ts');
    expect(files.filter(([, code]) => /\bany\b/.test(code)).map(([file]) => file)).toEqual([]);
  });

  test('which is looked for in the code alone', () => {
    expect(codeOf('/** any */ declare const a: \'any\' | "any"; // any')).not.toMatch(/\bany\b/);
    expect(codeOf('/** of */ declare const a: any; // of')).toMatch(/\bany\b/);
  });
});

describe('on Linux', () => {
  const system = /^(libc|libm|libpthread|libdl|libstdc\+\+|libgcc_s|ld-linux-[\w-]+)\.so\.\d+$/;
  const needed = (file: string) =>
    [...run('readelf', ['-d', file], root).matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(
      (m) => m[1] ?? '',
    );

  test('the addon needs nothing but what Node.js needs, and what lies beside it', () => {
    const files = readdirSync(prebuilds);
    const addon = files.find((file) => file.endsWith('.node')) ?? '';
    const foreign = needed(join(prebuilds, addon)).filter((name) => !system.test(name));
    expect(foreign.filter((name) => !files.includes(name))).toEqual([]);
  });

  test('a library beside it needs nothing but what Node.js needs', () => {
    const files = readdirSync(prebuilds).filter((file) => !file.endsWith('.node'));
    const foreign = files.flatMap((file) => needed(join(prebuilds, file)));
    expect(foreign.filter((name) => !system.test(name))).toEqual([]);
  });

  // Node.js 20 is built for these: with them the addon loads wherever it runs.
  test.each([
    ['GLIBC', 2_028_000],
    ['GLIBCXX', 3_004_025],
  ])('no file needs a newer %s than Node.js', (library, newest) => {
    const versions = readdirSync(prebuilds).flatMap((file) => {
      const symbols = run('readelf', ['--wide', '--version-info', join(prebuilds, file)], root);
      return [...symbols.matchAll(new RegExp(`\\b${library}_([\\d.]+)`, 'g'))].map((m) => m[1]);
    });
    expect(versions.length).toBeGreaterThan(0);
    const numbers = versions.map((version = '') => {
      const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
      return major * 1_000_000 + minor * 1000 + patch;
    });
    expect(Math.max(...numbers)).toBeLessThanOrEqual(newest);
  });

  test("Highway comes from the package, not from the system's folders", () => {
    const script = `require('batchnorm'); console.log(require('fs').readFileSync('/proc/self/maps', 'utf8'))`;
    const maps = run(node, ['-e', script], installed.folder);
    const paths = new Set(maps.match(/\/\S*(libhwy|batchnorm)\S*\.(so|node)\S*$/gm));
    expect([...paths].map((path) => dirname(path)).filter((dir) => dir !== prebuilds)).toEqual([]);
    expect(paths.size).toBe(readdirSync(prebuilds).length);
  });
});

describe('where no addon fits', () => {
  let copy: string;
  let work: string;

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'batchnorm-broken-'));
    cpSync(join(installed.folder, 'node_modules'), join(work, 'node_modules'), { recursive: true });
    copy = join(work, 'node_modules/batchnorm');
    rmSync(join(copy, 'prebuilds'), { recursive: true });
  });

  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test('loading says where it looked, what happened and what to do', () => {
    const { status, output } = attempt(node, ['-e', `require('batchnorm')`], work);
    expect(status).toBe(1);
    expect(output).toContain('ERR_BATCHNORM_LOAD');
    for (const place of ['build/Release', 'build/Debug', 'prebuilds/']) {
      expect(output).toContain(join(copy, place));
    }
    expect(output).toContain('No native build was found');
    for (const remedy of ['npm rebuild', ...toolchain(), 'PREBUILDS_ONLY', 'BATCHNORM_PREBUILD']) {
      expect(output).toContain(remedy);
    }
  });

  test('loading repeats what the system said of a file that does not load', () => {
    cpSync(join(copy, 'package.json'), join(copy, 'build/Release/batchnorm.node'));
    const { output } = attempt(node, ['-e', `require('batchnorm')`], work);
    expect(output).toMatch(/batchnorm\.node: (file too short|invalid ELF header)/);
    expect(output).toContain('batchnorm.node (chosen, did not load)');
    rmSync(join(copy, 'build'), { recursive: true });
  });

  describe('the install script', () => {
    const installs = (more: NodeJS.ProcessEnv = {}) => {
      const env = { ...bareEnvironment(work), ...more };
      const script = join(copy, 'scripts/install.mjs');
      return spawnSync(node, [script], { cwd: copy, env, encoding: 'utf8' });
    };

    test('warns of exactly what is missing, and leaves the install of others whole', () => {
      const { status, stderr } = installs();
      expect(status).toBe(0);
      expect(stderr).toMatch(/^batchnorm: WARNING: installed without its addon/);
      for (const remedy of ['npm install cmake-js', 'npm install node-addon-api', ...toolchain()]) {
        expect(stderr).toContain(remedy);
      }
    });

    test('fails if npm was told to build from source', () => {
      expect(installs({ npm_config_build_from_source: 'true' }).status).toBe(1);
    });
  });

  describe('with cmake-js and node-addon-api beside it, the install script', () => {
    const script = () => [join(copy, 'scripts/install.mjs')];

    beforeAll(() => {
      for (const name of ['cmake-js', 'node-addon-api']) {
        symlinkSync(join(root, 'node_modules', name), join(work, 'node_modules', name));
      }
    });

    afterEach(() => rmSync(join(copy, 'build'), { recursive: true }));

    test('names Highway where the system has none, and does not download it', () => {
      const env = { ...withoutHighway(work), npm_config_build_from_source: 'true' };
      const { status, output } = attempt(node, script(), copy, env);
      expect(status).toBe(1);
      for (const remedy of toolchain()) expect(output).toContain(remedy);
      expect(existsSync(join(copy, 'build/_deps'))).toBe(false);
    });

    test('builds an addon that loads', () => {
      run(node, script(), copy);
      const load = `console.log(require('batchnorm').info().addon)`;
      expect(run(node, ['-e', load], work).trim()).toBe(join(copy, 'build/Release/batchnorm.node'));
    });
  });
});

describe('package.json', () => {
  // Without it cmake-js downloads the headers of the whole of Node.js.
  test('names the version of Node-API', () => {
    expect(manifest.binary).toEqual({ napi_versions: [9] });
  });

  test('has one script that runs at install, and one that runs at install from git', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];
    const present = hooks.filter((hook) => hook in manifest.scripts);
    expect(present.map((hook) => manifest.scripts[hook])).toEqual([
      'node scripts/install.mjs',
      'node scripts/prepare.mjs',
    ]);
  });

  test('says where the package is from, where to read and where to write to', () => {
    const { repository, homepage, bugs } = manifest;
    const addresses = [repository.url.replace('git+', ''), homepage, bugs].map((a) => new URL(a));
    expect(new Set(addresses.map(({ origin }) => origin)).size).toBe(1);
  });

  test('depends on nothing but the loader', () => {
    expect(Object.keys(manifest.dependencies)).toEqual(['node-gyp-build']);
  });

  test('leaves sharp to those who want it', () => {
    expect(manifest.peerDependencies.sharp).toBeDefined();
    expect(manifest.peerDependenciesMeta.sharp).toEqual({ optional: true });
  });
});
