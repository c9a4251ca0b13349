// CommonJS: of an ES module whose thread ends while it is read, Node.js 20 leaves the file open.
const { parentPort, workerData } = require('node:worker_threads');
const { BatchNorm2d } = require('batchnorm');

const bn = BatchNorm2d.fromShared(workerData);

parentPort.on('message', async ({ x, port }) => {
  port.postMessage(await bn.forwardAsync(x));
  port.close();
});
