// The server of examples/serving with a model that answers, or fails, when it is told to by a message.
import { makeApp } from '../../../examples/serving/server/app.mjs';
import { closeOnSignal } from '../../../examples/serving/server/close-on-signal.mjs';

const [concurrency, queue] = process.argv.slice(2).map(Number);
const held = [];
const classifier = {
  classify() {
    return new Promise((resolve, reject) => {
      held.push({ resolve, reject });
      process.send('held');
    });
  },
  async release() {
    process.send('released');
    // It would keep this process.
    process.disconnect();
  },
};
process.on('message', (message) => {
  const { resolve, reject } = held.shift();
  if (message === 'fail') reject(new Error('a secret of the model'));
  else resolve({ digit: 7, probabilities: [], times: {} });
});

const limits = { bodyBytes: 100_000, pixels: 1_000_000, concurrency, queue, seconds: 30 };
const app = await makeApp({ classifier, limits, logLevel: 'error' });
closeOnSignal(app, { grace: 60 });
console.log(`listening on ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
