import { parentPort, workerData } from 'node:worker_threads';
import { startBackend } from './backend';
import { Trainer, type TrainerOptions } from './trainer';
import type { Request } from './trainer-thread';

/** The thread of one network: carries out what it is asked for, one after the other. */
async function serve(): Promise<void> {
  await startBackend();
  const trainer = new Trainer(workerData as TrainerOptions);
  parentPort?.on('message', ({ method, argument }: Request) => {
    const call = trainer[method] as (argument: unknown) => unknown;
    parentPort?.postMessage(call.call(trainer, argument));
  });
}

serve();
