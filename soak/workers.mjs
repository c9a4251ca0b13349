import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { asTensor, BatchNorm2d, randn } from 'batchnorm';
import { normalize } from '../build/soak/reference.mjs';
import { expectNear } from './expect.mjs';

const script = new URL('./worker.cjs', import.meta.url);
const shape = [4, 8, 20, 20];

export async function workers() {
  const bn = new BatchNorm2d(8).eval();
  bn.runningMean.data.set(randn([8]).data);
  const x = randn(shape);
  const expected = normalize(x, bn.runningMean.data, bn.runningVar.data, bn.eps);
  const handle = bn.share();
  const check = async (worker) => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ x, port: port2 }, [port2]);
    const [message] = await once(port1, 'message');
    port1.close();
    expectNear(asTensor(message), expected);
  };
  const lasting = new Worker(script, { workerData: handle });
  await once(lasting, 'online');
  // Threads take some megabytes each: one at a time.
  let turn = Promise.resolve();
  const inTurn = (task) => {
    turn = turn.then(task, task);
    return turn;
  };
  return [
    {
      name: 'a thread that serves the shared weights',
      run: () => check(lasting),
      close: () => lasting.terminate(),
    },
    {
      name: 'a thread that starts, answers and is terminated',
      weight: 2,
      run: () =>
        inTurn(async () => {
          const worker = new Worker(script, { workerData: handle });
          await check(worker);
          await worker.terminate();
        }),
    },
    {
      name: 'a thread that is terminated in the middle of a call',
      weight: 2,
      run: () =>
        inTurn(async () => {
          const worker = new Worker(script, { workerData: handle });
          await once(worker, 'online');
          const { port1, port2 } = new MessageChannel();
          worker.postMessage({ x, port: port2 }, [port2]);
          await new Promise((resolve) => setTimeout(resolve, 30 * Math.random()));
          await worker.terminate();
          port1.close();
        }),
    },
  ];
}
