import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSafetensors, saveSafetensors, type Tensor } from 'batchnorm';
import { fixtures } from './fixture';

const root = join(__dirname, '..', '..');
const jestProgram = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
let folder: string;
let dump: string;

// The example as a user has it: a folder of its own, with this package in its node_modules.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'batchnorm-ci-parity-'));
  dump = join(folder, 'dump');
  cpSync(join(root, 'examples', 'ci-parity'), folder, { recursive: true });
  cpSync(join(fixtures, 'ci-parity'), dump, { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'batchnorm'), 'junction');
});

afterEach(() => rmSync(folder, { recursive: true }));

interface Layer {
  kind: string;
  args: [...number[], { eps: number; momentum?: number }];
}

const file = () => join(dump, 'layers.json');
const readLayers = (): Record<string, Layer> => JSON.parse(readFileSync(file(), 'utf8')).layers;

test('the example finds that the dump of PyTorch and this package agree', () => {
  const layers = readLayers();
  expect(Object.keys(layers)).toEqual(['bn', 'style', 'blocks.0.norm', 'blocks.1.norm', 'head.2']);
  const { status, stderr } = runJest();
  expect(stderr).toContain('Tests:       10 passed, 10 total');
  expect(status).toBe(0);
});

test('the example fails where a weight differs', () => {
  const weights = join(dump, 'weights.safetensors');
  const dict = loadSafetensors(weights);
  const changed = dict['blocks.1.norm.weight'] as Tensor;
  changed.data[0] = (changed.data[0] as number) * 1.001;
  saveSafetensors(weights, dict);
  const { status, stderr } = runJest();
  expect(stderr).toContain('blocks.1.norm › gives in evaluation what PyTorch gives');
  expect(stderr).toContain('Tensor-likes are not close!');
  expect(stderr).toMatch(
    /Greatest absolute difference: \S+ at index \(\d, 0, \d, \d\) \(up to 1e-05/,
  );
  expect(stderr).toContain('Tests:       2 failed, 8 passed, 10 total');
  expect(status).toBe(1);
});

// A state dict has neither of them: with the default in their place the numbers are others.
test.each<[string, 'eps' | 'momentum', number, number]>([
  ['bn', 'eps', 1e-5, 2],
  ['bn', 'momentum', 0.1, 1],
  ['head.2', 'eps', 1e-3, 2],
])('the example fails where %s has another %s', (name, option, value, failed) => {
  const layers = readLayers();
  const options = layers[name]?.args.at(-1) as Record<string, number>;
  expect(options[option]).not.toBe(value);
  options[option] = value;
  writeFileSync(file(), JSON.stringify({ layers }));
  const { status, stderr } = runJest();
  expect(stderr).toContain(`● ${name} › gives in a step of training what PyTorch gives`);
  expect(stderr).toContain('Tensor-likes are not close!');
  expect(stderr).toContain(`Tests:       ${failed} failed, ${10 - failed} passed, 10 total`);
  expect(status).toBe(1);
});

function runJest() {
  // no colours, and no trace of the jest that runs this
  const env = { PATH: process.env.PATH, NO_COLOR: '1' };
  return spawnSync(process.execPath, [jestProgram], { cwd: folder, env, encoding: 'utf8' });
}
