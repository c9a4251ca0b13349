// A worker thread that waits for its fellows, trains, and posts what came out.
const { parentPort, workerData } = require('node:worker_threads');
const { BatchNorm2d, manualSeed, randn } = require('../..');

const { gate, threads, seed, steps } = workerData;

/** Returns when all threads have come here. */
function meet() {
  Atomics.add(gate, 0, 1);
  for (let here = Atomics.load(gate, 0); here < threads; here = Atomics.load(gate, 0)) {
    Atomics.wait(gate, 0, here, 10);
  }
}

manualSeed(seed);
const bn = new BatchNorm2d(5);
const inputs = Array.from({ length: 8 }, () => randn([4, 5, 9, 7]));
meet();
for (let step = 0; step < steps; step++) {
  const x = inputs[step % inputs.length];
  bn.backward(bn.forward(x));
}
const output = bn.eval().forward(inputs[0]);
const { running_mean, running_var, num_batches_tracked } = bn.stateDict();
parentPort.postMessage({
  numBatchesTracked: num_batches_tracked,
  numbers: [running_mean, running_var, bn.weight.grad, bn.bias.grad, output].map(
    ({ data }) => data,
  ),
});
