// A worker thread that normalizes its part of a batch in memory that all threads share.
const { parentPort, workerData } = require('node:worker_threads');
const { BatchNorm1d } = require('../..');

const { input, output, statistics, from, to } = workerData;
const channels = statistics.length / 2;
const bn = new BatchNorm1d(channels).eval();
bn.runningMean.data.set(statistics.subarray(0, channels));
bn.runningVar.data.set(statistics.subarray(channels));
const part = (data) => ({
  data: data.subarray(from * channels, to * channels),
  shape: [to - from, channels],
});
bn.forward(part(input), { out: part(output) });
parentPort.postMessage('done');
