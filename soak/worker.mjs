import { parentPort, workerData } from 'node:worker_threads';
import { BatchNorm2d } from 'batchnorm';

const bn = BatchNorm2d.fromShared(workerData);

parentPort.on('message', async ({ x, port }) => {
  port.postMessage(await bn.forwardAsync(x));
  port.close();
});
