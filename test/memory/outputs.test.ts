import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BatchNorm2d, functional as F, full, ones, randn, type Tensor, zeros } from 'batchnorm';

/** Garbage collection is to be had in a process of its own, on dist/. */
function run(script: string): unknown {
  const output = execFileSync(process.execPath, ['--expose-gc', join(__dirname, script)]);
  return JSON.parse(output.toString());
}

/** Zeroed, uninitialized, and uninitialized in huge pages. */
const shapes = [
  [2, 4, 3, 3],
  [4, 16, 16, 16],
  [8, 64, 16, 16],
  [8, 64, 64, 64],
];

const forward = (input: Tensor): Tensor => {
  const channels = [input.shape[1] as number];
  return F.batchNorm(input, zeros(channels), ones(channels), { eps: 0 });
};

const bytes = ({ data }: Tensor): Buffer => Buffer.from(data.buffer);

const holdsOnly = (data: Float32Array, value: number): boolean => data.every((v) => v === value);

test('no result shows what freed memory held', () => {
  expect(run('stale.js')).toEqual({ stale: [], found: true });
});

test('whatever part of an output is kept stays as it is', () => {
  expect(run('views.js')).toEqual({ kept: 180, changed: [] });
});

test('outputs that nobody keeps take a bounded amount of memory', () => {
  const rises = run('bounded.js') as Record<string, Record<string, number>>;
  expect(Object.keys(rises)).toHaveLength(6);
  // Each makes at least 2.4 GB. V8 collects them every 32 MB or two outputs, glibc keeps 64 MB.
  const limits: Record<string, number> = { rss: 256e6, external: 100_000, arrayBuffers: 100_000 };
  for (const [name, risen] of Object.entries(rises)) {
    const over = Object.keys(limits).filter((k) => !((risen[k] as number) < (limits[k] as number)));
    expect({ name, over, risen }).toEqual({ name, over: [], risen });
  }
});

test.each(shapes)('an output of (%i, %i, %i, %i) owns a buffer of its size', (...shape) => {
  const { data } = forward(randn(shape));
  expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, data.byteLength]);
});

test.each(shapes)('an output of (%i, %i, %i, %i) can be transferred', (...shape) => {
  const { data } = forward(full(shape, 3));
  const moved = structuredClone(data, { transfer: [data.buffer as ArrayBuffer] });
  expect([data.length, moved.length]).toEqual([0, shape.reduce((a, b) => a * b)]);
  expect(holdsOnly(moved as Float32Array, 3)).toBe(true);
});

test('outputs travel to a worker and back', async () => {
  const worker = new Worker(join(__dirname, 'echo.js'));
  try {
    for (const shape of [...shapes, ...shapes]) {
      const { data } = forward(full(shape, 5));
      const length = data.length;
      worker.postMessage({ data, shape }, [data.buffer as ArrayBuffer]);
      expect(data.length).toBe(0);
      const [back] = (await once(worker, 'message')) as [Record<'data' | 'own', Float32Array>];
      expect([back.data.length, back.own.length]).toEqual([length, length]);
      expect([holdsOnly(back.data, 5), holdsOnly(back.own, 5)]).toEqual([true, true]);
    }
  } finally {
    await worker.terminate();
  }
});

test('a worker may be terminated while it makes outputs', async () => {
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(join(__dirname, 'endless.js'));
    expect(await once(worker, 'message')).toEqual(['runs']);
    expect(await worker.terminate()).toBe(1);
  }
  expect(holdsOnly(forward(full([8, 64, 48, 48], 7)).data as Float32Array, 7)).toBe(true);
});

describe('where Node.js gives no uninitialized memory', () => {
  beforeEach(() => {
    jest.spyOn(Buffer, 'allocUnsafeSlow').mockImplementation(() => {
      throw new RangeError('Array buffer allocation failed');
    });
  });
  afterEach(() => jest.restoreAllMocks());

  test.each(shapes)('an output of (%i, %i, %i, %i) is the same', (...shape) => {
    const x = randn(shape);
    const bn = new BatchNorm2d(shape[1] as number).eval();
    const before = bn.forward(x, { out: zeros(shape) });
    expect(Buffer.compare(bytes(bn.forward(x)), bytes(before))).toBe(0);
  });
});
