// Every program of the made-up machine's Node packages: acts by the name that it is called by.
const {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} = require('node:fs');
const { basename, join } = require('node:path');

const machine = process.env.MACHINE;
const name = basename(process.argv[1]);
const args = process.argv.slice(2);
appendFileSync(join(machine, 'calls'), `${[name, ...args].join(' ')}\n`);

const programs = {
  'cmake-js'([command]) {
    mkdirSync('build/Release', { recursive: true });
    writeFileSync('build/CMakeCache.txt', `CMAKE_HOME_DIRECTORY:INTERNAL=${process.cwd()}\n`);
    writeFileSync('build/build.ninja', '');
    if (command === 'build') writeFileSync('build/Release/batchnorm.node', '');
  },
  tsc([option]) {
    if (option === '-p') mkdirSync('dist');
    else failWhere('badly-typed');
  },
  // prebuildify
  'bin.js'() {
    const out = args.find((arg) => arg.startsWith('--out=')).slice('--out='.length);
    mkdirSync(join(out, `prebuilds/${process.platform}-${process.arch}`), { recursive: true });
  },
  biome: () => failWhere('badly-linted'),
  'jest.js'() {
    const report = join(machine, 'reports/jest.json');
    if (!existsSync(report)) process.exit(134);
    const file = args.find((arg) => arg.startsWith('--outputFile=')).replace(/^[^=]*=/, '');
    copyFileSync(report, file);
    process.exitCode = JSON.parse(readFileSync(report, 'utf8')).success ? 0 : 1;
  },
};
programs[name](args);

function failWhere(spoiled) {
  if (existsSync(join(machine, spoiled))) process.exitCode = 1;
}
