import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  ArgumentError,
  BatchNorm2d,
  GroupNorm,
  getNumThreads,
  InstanceNorm2d,
  LayerNorm,
  LocalResponseNorm,
  type MemoryFormat,
  manualSeed,
  type ResidualGradients,
  RMSNorm,
  randn,
  setNumThreads,
  type Tensor,
} from 'batchnorm';
import type { SampleLayer } from './modules/sample-norms';

const root = join(__dirname, '..');
const atFirst = getNumThreads();

afterEach(() => setNumThreads(atFirst));

/** Runs a script on dist/ in a process of its own. */
function run(script: string, threads?: string) {
  const { BATCHNORM_NUM_THREADS: _, ...env } = process.env;
  return spawnSync(process.execPath, ['-e', script], {
    cwd: root,
    env: threads === undefined ? env : { ...env, BATCHNORM_NUM_THREADS: threads },
    encoding: 'utf8',
  });
}

const printThreads = `console.log(require('batchnorm').getNumThreads())`;

test('at first all available cores are used', () => {
  expect(run(printThreads).stdout).toBe(`${availableParallelism()}\n`);
  expect(run(printThreads, '').stdout).toBe(`${availableParallelism()}\n`);
});

test('BATCHNORM_NUM_THREADS sets the number', () => {
  expect(run(printThreads, '5').stdout).toBe('5\n');
});

test.each(['0', '-1', '1.5', 'many', '1025'])('BATCHNORM_NUM_THREADS=%s is refused', (threads) => {
  const { status, stderr } = run(printThreads, threads);
  expect(status).toBe(1);
  expect(stderr).toContain(
    `BATCHNORM_NUM_THREADS should be an integer from 1 to 1024, got ${threads}`,
  );
});

test('setNumThreads sets what getNumThreads gives', () => {
  setNumThreads(3);
  expect(getNumThreads()).toBe(3);
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1025, '2', null, undefined])(
  'setNumThreads(%p) is refused and changes nothing',
  (threads) => {
    setNumThreads(3);
    expect(() => setNumThreads(threads as number)).toThrow(ArgumentError);
    expect(getNumThreads()).toBe(3);
  },
);

test('a worker thread shares the number and does not reset it', () => {
  const script = `
    const { getNumThreads, setNumThreads } = require('batchnorm');
    setNumThreads(7);
    const { Worker } = require('node:worker_threads');
    const worker = new Worker(
      "require('node:worker_threads').parentPort.postMessage(require('batchnorm').getNumThreads())",
      { eval: true },
    );
    worker.on('message', (inWorker) => console.log(inWorker, getNumThreads()));`;
  expect(run(script).stdout).toBe('7 7\n');
});

/** A training and an evaluation step: everything that they give. */
function step(shape: number[], memoryFormat: MemoryFormat) {
  manualSeed(1);
  const bn = new BatchNorm2d(shape[1] as number);
  const fused = new BatchNorm2d(shape[1] as number, { activation: 'leakyRelu' });
  const x = randn(shape, { memoryFormat });
  const dy = randn(shape, { memoryFormat });
  const y = bn.forward(x);
  const dx = bn.backward(dy);
  const z = bn.eval().forward(x);
  const fusedY = fused.forward(x, { residual: dy });
  const { gradInput, gradResidual } = fused.backward<ResidualGradients>(dy);
  const fusedZ = fused.eval().forward(x, { residual: dy });
  const grads = [...bn.parameters(), ...fused.parameters()].map(({ grad }) => grad);
  const buffers = [...bn.buffers(), ...fused.buffers()];
  return [y, dx, z, fusedY, gradInput, gradResidual, fusedZ, ...buffers, ...grads];
}

/** Demands the same bits of `step` on any number of threads. */
function expectSameBits(step: () => (Tensor | null)[]): void {
  const bytes = () =>
    step().map((tensor) => Buffer.from(new Uint8Array(tensor?.data.buffer as ArrayBuffer)));
  setNumThreads(1);
  const alone = bytes();
  for (const threads of [2, 3, 7, 16]) {
    setNumThreads(threads);
    const same = bytes().map((one, i) => one.equals(alone[i] as Buffer));
    expect(same).toEqual(alone.map(() => true));
  }
}

describe.each<[number[], MemoryFormat]>([
  [[2, 2, 300, 301], 'contiguous'],
  [[8, 100, 35, 45], 'contiguous'],
  [[16, 512, 7, 7], 'contiguous'],
  [[8, 100, 35, 45], 'channelsLast'],
  [[2, 3, 300, 301], 'channelsLast'],
])('%p %s', (shape, memoryFormat) => {
  test('gives the same bits on 1, 2, 3, 7 and 16 threads', () => {
    expectSameBits(() => step(shape, memoryFormat));
  });
});

const affine = { affine: true };

describe.each<[string, number[], MemoryFormat, () => SampleLayer | LocalResponseNorm]>([
  ['LayerNorm', [700, 768], 'contiguous', () => new LayerNorm(768)],
  ['LayerNorm', [3, 300_001], 'contiguous', () => new LayerNorm(300_001)],
  ['LayerNorm', [70_001, 9], 'contiguous', () => new LayerNorm(9)],
  ['RMSNorm', [512, 1025], 'contiguous', () => new RMSNorm(1025)],
  ['LocalResponseNorm', [4, 64, 35, 45], 'contiguous', () => new LocalResponseNorm(5)],
  ['LocalResponseNorm', [4, 64, 35, 45], 'channelsLast', () => new LocalResponseNorm(5)],
  ['GroupNorm', [4, 64, 35, 45], 'contiguous', () => new GroupNorm(32, 64)],
  ['GroupNorm', [4, 64, 35, 45], 'channelsLast', () => new GroupNorm(32, 64)],
  ['GroupNorm', [1, 8, 300, 151], 'contiguous', () => new GroupNorm(1, 8)],
  ['GroupNorm', [1, 8, 300, 151], 'channelsLast', () => new GroupNorm(2, 8)],
  ['InstanceNorm2d', [9, 31, 41, 43], 'contiguous', () => new InstanceNorm2d(31, affine)],
  ['InstanceNorm2d', [9, 31, 41, 43], 'channelsLast', () => new InstanceNorm2d(31, affine)],
])('%s of %p %s', (_, shape, memoryFormat, make) => {
  test('gives the same bits on 1, 2, 3, 7 and 16 threads', () => {
    manualSeed(1);
    const [x, dy] = [randn(shape, { memoryFormat }), randn(shape, { memoryFormat })];
    const layer = make();
    for (const { data } of layer.parameters()) data.set(randn([data.length]).data);
    expectSameBits(() => {
      layer.zeroGrad();
      const y = layer.forward(x);
      return [y, layer.backward(dy), ...layer.parameters().map(({ grad }) => grad)];
    });
  });
});
