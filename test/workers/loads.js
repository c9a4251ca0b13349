// Prints how many worker threads loaded the addon and computed what this thread computes: one after
// the other, then all at once.
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');
const { BatchNorm2d, info, tensor } = require('../..');

/** Training and evaluation of one batch; the same numbers for the same seed. */
function compute(seed) {
  const values = Float32Array.from({ length: 720 }, (_, i) => Math.sin(seed + i));
  const x = tensor(values, [2, 5, 8, 9]);
  const bn = new BatchNorm2d(5);
  const y = bn.forward(x);
  const dx = bn.backward(y);
  const z = bn.eval().forward(x);
  return [y, dx, z, bn.runningVar].map(({ data }) => Buffer.from(data.buffer).toString('base64'));
}

function inWorker(seed) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: seed });
    let posted;
    worker.once('message', (message) => {
      posted = message;
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve(posted));
  });
}

function right(posted, seed) {
  const same = JSON.stringify(posted?.results) === JSON.stringify(compute(seed));
  return same && posted.addon === info().addon;
}

async function main() {
  const seeds = Array.from({ length: 32 }, (_, seed) => seed);
  const sequentially = [];
  for (const seed of seeds) sequentially.push(right(await inWorker(seed), seed));
  const concurrently = await Promise.all(
    seeds.map(async (seed) => right(await inWorker(seed), seed)),
  );
  const count = (results) => results.filter(Boolean).length;
  console.log(JSON.stringify([sequentially, concurrently].map(count)));
}

if (isMainThread) main();
else parentPort.postMessage({ results: compute(workerData), addon: info().addon });
