// Terminates as many worker threads as it is told, half of them while they load the addon, the others
// in the middle of a synchronous call, and prints what has become of the process.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { isMainThread, Worker, workerData } = require('node:worker_threads');
const { resolve } = require('node-gyp-build');

const root = join(__dirname, '../..');
const stage = { loads: 1, calls: 2 };

/** Says that this thread has come so far, which the main thread waits for. */
function reach(gate, at) {
  Atomics.store(gate, 0, at);
  Atomics.notify(gate, 0);
}

async function reached(gate, at) {
  for (let now = Atomics.load(gate, 0); now < at; now = Atomics.load(gate, 0)) {
    await Atomics.waitAsync(gate, 0, now, 1000).value;
  }
}

/** Waits shorter than timers do, so that whatever a thread does is hit anywhere. */
function pause(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function main(count) {
  const addon = resolve(root);
  const terminated = { loads: 0, calls: 0 };
  const codes = new Set();
  let next = 0;
  const terminateSome = async () => {
    while (next < count) {
      const i = next++;
      const kind = i % 2 === 0 ? 'loads' : 'calls';
      const gate = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(__filename, { workerData: { gate, addon } });
      await reached(gate, stage[kind]);
      pause((i % 16) / 8);
      codes.add(await worker.terminate());
      terminated[kind]++;
    }
  };
  await Promise.all(Array.from({ length: 2 }, terminateSome));
  const threads = readdirSync('/proc/self/task').length;
  // Not loaded in this thread before: the addon outlives the last thread that has loaded it.
  const { BatchNorm1d, tensor } = require(root);
  const y = new BatchNorm1d(1, { eps: 0 }).forward(tensor([[1], [3]]));
  console.log(JSON.stringify({ terminated, codes: [...codes], threads, y: y.toArray() }));
}

/** Calls the addon alone, since the whole library takes longer to load than to be terminated. */
function work({ gate, addon }) {
  reach(gate, stage.loads);
  const native = require(addon);
  const [n, c, s] = [16, 64, 256];
  const x = new Float32Array(n * c * s).fill(1);
  const statistics = Array.from({ length: 3 }, () => new Float64Array(c));
  const parameters = [null, null, 1e-5, ...statistics, null, 0, 0, null];
  reach(gate, stage.calls);
  while (native.batchNormTrain(x, x, n, c, s, false, ...parameters) === 0);
  throw new Error('the call was refused');
}

if (isMainThread) main(Number(process.argv[2]));
else work(workerData);
