import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BatchNorm1d, BatchNorm2d, manualSeed, randn, tensor } from 'batchnorm';

/** What the thread posts; rejects when it throws or ends without a word. */
function run<T>(script: string, workerData: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, script), { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`worker ended with ${code}`)));
  });
}

interface Trained {
  numBatchesTracked: number;
  numbers: Float32Array[];
}

/** The same work as train.js, in this thread. */
function train(seed: number, steps: number): Trained {
  manualSeed(seed);
  const bn = new BatchNorm2d(5);
  const inputs = Array.from({ length: 8 }, () => randn([4, 5, 9, 7]));
  for (let step = 0; step < steps; step++) {
    bn.backward(bn.forward(inputs[step % inputs.length] as (typeof inputs)[0]));
  }
  const output = bn.eval().forward(inputs[0] as (typeof inputs)[0]);
  const tensors = [bn.runningMean, bn.runningVar, bn.weight?.grad, bn.bias?.grad, output];
  return {
    numBatchesTracked: bn.numBatchesTracked ?? 0,
    numbers: tensors.map((t) => Float32Array.from(t?.data ?? [])),
  };
}

function plain({ numBatchesTracked, numbers }: Trained): unknown {
  return [numBatchesTracked, ...numbers.map((values) => [...values])];
}

test('two threads at once train to the very bits of one', async () => {
  const steps = 2000;
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const threads = [1, 2].map((seed) => run<Trained>('train.js', { gate, threads: 2, seed, steps }));
  const results = await Promise.all(threads);
  expect(results.map(plain)).toEqual([1, 2].map((seed) => plain(train(seed, steps))));
});

test('two threads at once write one output in shared memory', async () => {
  const [rows, channels] = [200, 33];
  const share = (size: number) => new Float32Array(new SharedArrayBuffer(4 * size));
  const [input, output] = [share(rows * channels), share(rows * channels)];
  const statistics = share(2 * channels).fill(2);
  input.set(randn([rows * channels]).data);
  const halves = [
    { from: 0, to: 77 },
    { from: 77, to: rows },
  ];
  const common = { input, output, statistics };
  await Promise.all(halves.map((half) => run('share.js', { ...common, ...half })));
  const bn = new BatchNorm1d(channels).eval();
  bn.runningMean?.data.fill(2);
  bn.runningVar?.data.fill(2);
  const expected = bn.forward(tensor(Float32Array.from(input), [rows, channels]));
  expect([...output]).toEqual([...expected.data]);
});

test('a thread that is terminated in the middle leaves the others at work', async () => {
  for (let i = 0; i < 5; i++) {
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { gate, threads: 1, seed: i, steps: 1e9 };
    const worker = new Worker(join(__dirname, 'train.js'), { workerData });
    while (Atomics.load(gate, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await worker.terminate()).toBe(1);
  }
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const work = { gate, threads: 1, seed: 3, steps: 10 };
  expect(plain(await run<Trained>('train.js', work))).toEqual(plain(train(3, 10)));
});
