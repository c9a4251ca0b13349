// Worker threads serve, load and train one copy of a net; prints what each of them has found.
const { once } = require('node:events');
const {
  BroadcastChannel,
  isMainThread,
  parentPort,
  threadId,
  Worker,
  workerData,
} = require('node:worker_threads');
const { BatchNorm1d, randn, Sequential, tensor } = require('../..');
const Net = require('./net');

const channelName = 'handles';
const x = tensor([
  [1, -2, 3],
  [4, 5, -6],
]);
const output = (net) => net.forward(x).toArray();

async function answers(workers, task) {
  return Promise.all(
    workers.map(async (worker) => {
      worker.postMessage(task);
      const [answer] = await once(worker, 'message');
      return answer;
    }),
  );
}

function randomize(module) {
  for (const tensor of [...module.parameters(), ...module.buffers()]) {
    tensor.data.set(randn([tensor.size]).data.map(Math.abs));
  }
  return module;
}

async function main() {
  const net = randomize(new Net()).eval();
  const handle = net.share();
  const body = net.body.share();
  const worker = (data) => new Worker(__filename, { workerData: data });
  const workers = [
    worker({ handle }),
    worker({ way: 'message' }),
    worker({ way: 'broadcast' }),
    worker({ body }),
  ];
  await Promise.all(workers.map((each) => once(each, 'message')));
  workers[1].postMessage(handle);
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(handle);
  channel.close();
  const [nets, bodies] = [workers.slice(0, 3), workers.slice(3)];
  const results = { served: await compare(net, nets, bodies) };

  // A new model goes live by one call here, and by one call in a thread.
  net.loadStateDict(randomize(new Net()).stateDict());
  results.loadedHere = await compare(net, nets, bodies);
  const before = output(net);
  await answers(nets.slice(0, 1), 'load');
  results.loadedThere = await compare(net, nets, bodies);
  results.changed = JSON.stringify(before) !== JSON.stringify(output(net));

  // Others read while all threads train.
  const norm = net.body.at(0);
  norm.resetParameters();
  const training = answers(workers, 'train');
  let finite = true;
  let done = false;
  training.then(() => {
    done = true;
  });
  for (let reads = 0; reads < 200 || !done; reads++) {
    finite &&= output(net).flat().every(Number.isFinite);
    await new Promise(setImmediate);
  }
  const steps = await training;
  const sum = steps.reduce((a, b) => a + b);
  results.training = {
    finite,
    counted: norm.numBatchesTracked - sum,
    mean: [...norm.runningMean.data],
  };

  // A thread shares what it has made.
  const [shared] = await answers(nets.slice(0, 1), 'share');
  const mine = BatchNorm1d.fromShared(shared);
  mine.weight.data.fill(7);
  results.sharedThere = await answers(nets.slice(0, 1), 'weight');
  await Promise.all(workers.map((each) => each.terminate()));
  console.log(JSON.stringify(results));
}

/** How many threads give what this one gives. */
async function compare(net, nets, bodies) {
  const [there, inside] = [await answers(nets, 'forward'), await answers(bodies, 'forward')];
  const same = (mine) => (theirs) => JSON.stringify(theirs) === JSON.stringify(mine);
  return [there.filter(same(output(net))).length, inside.filter(same(output(net.body))).length];
}

async function receive() {
  const { handle, body, way } = workerData;
  if (body !== undefined) return Sequential.fromShared(body);
  if (handle !== undefined) return new Net().useShared(handle).eval();
  const channel = new BroadcastChannel(channelName);
  const broadcast = new Promise((resolve) => {
    channel.onmessage = ({ data }) => resolve(data);
  });
  parentPort.postMessage('listens');
  const [received] = await (way === 'broadcast'
    ? broadcast.then((data) => [data])
    : once(parentPort, 'message'));
  channel.close();
  return new Net().useShared(received).eval();
}

async function work() {
  if (workerData.way === undefined) parentPort.postMessage('listens');
  const net = await receive();
  const own = new BatchNorm1d(2);
  const tasks = {
    forward: () => output(net),
    load: () => {
      net.loadStateDict(randomize(new Net()).stateDict());
    },
    train: () => {
      const norm = (net.body ?? net).at(0).train();
      // Always one batch, so that the averages come to its mean whichever updates are lost.
      const batch = tensor([
        [3, 3, 3],
        [7, 7, 7],
      ]);
      const steps = 500 + 10 * threadId;
      for (let step = 0; step < steps; step++) norm.forward(batch, { grad: false });
      norm.eval();
      return steps;
    },
    share: () => own.share(),
    weight: () => [...own.weight.data],
  };
  parentPort.on('message', (task) => parentPort.postMessage(tasks[task]()));
}

if (isMainThread) main();
else work();
