// Sends tensors to a worker thread and back in every way that Node.js has, and prints what came.
const { once } = require('node:events');
const {
  BroadcastChannel,
  isMainThread,
  MessageChannel,
  parentPort,
  Worker,
  workerData,
} = require('node:worker_threads');
const { asTensor, BatchNorm1d, Parameter, randn, Tensor, tensor } = require('../..');

const channelName = 'tensors';

/** What a thread finds in a message that holds a tensor. */
function describe(message) {
  const received = asTensor(message);
  const { dtype, memoryFormat } = received;
  return {
    tensors: [message instanceof Tensor, received instanceof Tensor],
    copied: received.data !== message.data,
    dtype,
    memoryFormat,
    values: received.toArray(),
  };
}

/** How a tensor gets to a worker that is told the way. */
const ways = {
  workerData: () => {},
  clone: (worker, x) => worker.postMessage(x),
  transfer: (worker, x) => worker.postMessage(x, [x.data.buffer]),
  port: (worker, x) => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    port1.postMessage(x, [x.data.buffer]);
    port1.unref();
  },
  broadcast: (_, x) => {
    const channel = new BroadcastChannel(channelName);
    channel.postMessage(x);
    channel.close();
  },
};

async function send(way, x) {
  const given = way === 'workerData' ? { way, x } : { way };
  const worker = new Worker(__filename, { workerData: given });
  await once(worker, 'message');
  ways[way](worker, x);
  const [{ described, back }] = await once(worker, 'message');
  return { there: described, back: describe(back), left: x.data.length };
}

async function main() {
  const values = [
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ];
  const results = {};
  for (const way of Object.keys(ways)) {
    const dtype = way === 'port' ? 'float64' : 'float32';
    results[way] = await send(
      way,
      tensor(values, undefined, { dtype, memoryFormat: 'channelsLast' }),
    );
  }
  const shared = Tensor.shared([2]);
  const { there } = await send('clone', shared);
  results.shared = { there, seen: [...shared.data] };
  results.state = await sendState();
  console.log(JSON.stringify(results));
}

/** A state dict and a Parameter, which need nothing but what takes them. */
async function sendState() {
  const bn = new BatchNorm1d(3);
  bn.forward(randn([4, 3]));
  const { port1, port2 } = new MessageChannel();
  port1.postMessage({ state: bn.stateDict(), weight: bn.weight });
  const [{ state, weight }] = await once(port2, 'message');
  port1.close();
  const copy = new BatchNorm1d(3);
  const { missingKeys } = copy.loadStateDict(state);
  const same = JSON.stringify(copy.stateDict()) === JSON.stringify(bn.stateDict());
  return { missingKeys, same, parameter: String(new Parameter(weight)) };
}

async function work() {
  const channel = new BroadcastChannel(channelName);
  const broadcast = new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data);
  });
  parentPort.postMessage('listens');
  const message = await received(broadcast);
  channel.close();
  const described = describe(message);
  const back = asTensor(message);
  back.data[0] += 10;
  parentPort.postMessage({ described, back });
}

async function received(broadcast) {
  const { way, x } = workerData;
  if (way === 'workerData') return x;
  if (way === 'broadcast') return broadcast;
  const [message] = await once(parentPort, 'message');
  if (way !== 'port') return message;
  const [data] = await once(message, 'message');
  message.close();
  return data;
}

if (isMainThread) main();
else work();
