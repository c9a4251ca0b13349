import { join } from 'node:path';
import { transformFileSync } from '@swc/core';
import * as library from 'batchnorm';

const lib = join(__dirname, '../../lib');

/** What a module of lib/ exports after a minifier has renamed its classes. */
function minified(path: string): Record<string, new (...args: unknown[]) => object> {
  const { code } = transformFileSync(join(lib, path), {
    jsc: {
      parser: { syntax: 'typescript' },
      target: 'es2022',
      minify: { mangle: { toplevel: true }, compress: true },
    },
    module: { type: 'commonjs' },
    minify: true,
  });
  expect(code).not.toMatch(/class (BatchNorm|ShapeError)/);
  const exports = {};
  const load = (name: string) => require(name.startsWith('.') ? join(lib, path, '..', name) : name);
  new Function('exports', 'require', code)(exports, load);
  return exports;
}

test.each(['1d', '2d', '3d'])('a minified BatchNorm%s keeps its name', (dims) => {
  const Layer = minified(`modules/batch-norm-${dims}.ts`)[`BatchNorm${dims}`];
  if (Layer === undefined) throw new Error('not exported');
  expect(String(new Layer(3))).toMatch(new RegExp(`^BatchNorm${dims}\\(3, eps`));
  expect(() => new Layer(0)).toThrow(`BatchNorm${dims}: numFeatures should be`);
});

test('every layer holds its name itself', () => {
  const abstract = ['Module', 'BatchNorm', 'FrozenBatchNorm', 'InstanceNorm'];
  const layers = Object.entries(library).filter(
    ([name, value]) =>
      typeof value === 'function' &&
      value.prototype instanceof library.Module &&
      !abstract.includes(name),
  );
  expect(layers.length).toBeGreaterThan(12);
  for (const [name, Layer] of layers) {
    // The name that a class has by itself, which a minifier changes, is not enumerable.
    expect(Object.getOwnPropertyDescriptor(Layer, 'name')).toMatchObject({
      value: name,
      enumerable: true,
    });
  }
});

test('minified errors keep their names', () => {
  const { BatchNormError, ...errors } = { ...minified('errors.ts'), ...minified('load-error.ts') };
  expect(BatchNormError).toBeDefined();
  expect(Object.keys(errors)).toHaveLength(7);
  for (const [name, Class] of Object.entries(errors)) {
    const error = new Class('said');
    expect(error).toHaveProperty('name', name);
    expect(String((error as Error).stack)).toMatch(new RegExp(`^${name}: `));
  }
});
