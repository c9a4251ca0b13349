// Terminates as many worker threads as it is told in the middle of started calls, and prints what
// has become of the process.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { isMainThread, Worker, workerData } = require('node:worker_threads');
const { resolve } = require('node-gyp-build');

const [n, c, s] = [16, 64, 1024];
const operations = {
  batchNormEval: ({ x, y, last, parameter }) => [
    ...[x, y, n, c, s, last, null, null, parameter, parameter, 1e-5, null, 0, 0, null],
  ],
  batchNormTrain: ({ x, y, last, statistics }) => [
    ...[x, y, n, c, s, last, null, null, 1e-5, ...statistics, null, 0, 0, null],
  ],
  moments: ({ x, last, statistics: [mean, m2] }) => [x, n, c, s, last, mean, m2],
};

async function main(count) {
  const addon = resolve(join(__dirname, '../..'));
  const memory = new SharedArrayBuffer(8 * n * c * s);
  let next = 0;
  let pending = 0;
  const codes = new Set();
  const terminateSome = async () => {
    while (next < count) {
      const seed = next++;
      // Calls that were started, and that were done.
      const calls = new Int32Array(new SharedArrayBuffer(8));
      const worker = new Worker(__filename, { workerData: { addon, memory, calls, seed } });
      await new Promise((begun) => worker.once('message', begun));
      // At once, and after some calls.
      if (seed % 2 === 1) await new Promise((later) => setTimeout(later, (seed % 16) / 2));
      codes.add(await worker.terminate());
      if (calls[0] > calls[1]) pending++;
    }
  };
  await Promise.all(Array.from({ length: 2 }, terminateSome));
  const threads = readdirSync('/proc/self/task').length;
  const { start } = require(addon);
  const [x, y] = [Float32Array.of(3), new Float32Array(1)];
  const parameters = [null, null, Float32Array.of(1), Float32Array.of(4), 0, null, 0, 0, null];
  start('batchNormEval', [x, y, 1, 1, 1, false, ...parameters], (status) => {
    console.log(JSON.stringify({ pending, codes: [...codes], threads, status, y: [...y] }));
  });
}

/** Keeps calls of all lengths pending, more than have a coordinator at a time, some of them aborted. */
function work({ addon, memory, calls, seed }) {
  const { start, abort } = require(addon);
  const parameter = new Float32Array(c).fill(1);
  let next = seed;
  const begin = () => {
    const i = next++;
    const [name, argumentsOf] = Object.entries(operations)[i % 3];
    const [x, y] = [0, 4 * n * c * s].map((at) => new Float32Array(memory, at, n * c * s));
    const statistics = Array.from({ length: 3 }, () => new Float64Array(c));
    const args = argumentsOf({ x, y, last: i % 2 === 1, parameter, statistics });
    const id = start(name, args, () => {
      Atomics.add(calls, 1, 1);
      begin();
    });
    if (!(id > 0)) throw new Error(`${name} was refused with ${id}`);
    calls[0]++;
    if (i % 5 === 0) abort(id);
  };
  for (let i = 0; i < 6; i++) begin();
  require('node:worker_threads').parentPort.postMessage('begun');
}

if (isMainThread) main(Number(process.argv[2]));
else work(workerData);
