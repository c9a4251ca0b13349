/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  // By default jest leaves one core alone: half of two.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/longest-first.cjs',
  // For what never ends: on a busy machine a test may take many times as long as on an idle one.
  testTimeout: 15 * 60_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Built output holds a second package.json of the same name.
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/prebuilds/'],
  moduleNameMapper: {
    '^batchnorm$': '<rootDir>/lib/index.ts',
    '^batchnorm/tfjs$': '<rootDir>/lib/tfjs/index.ts',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
};
