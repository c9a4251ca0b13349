// Run with --expose-gc: prints which inputs are still there after garbage collection.
const { setImmediate: later } = require('node:timers/promises');
const { BatchNorm1d, randn } = require('../..');

async function collected(reference) {
  // WeakRefs let go at the end of a turn.
  await later();
  globalThis.gc();
  await later();
  return reference.deref() === undefined;
}

async function main() {
  const result = {};
  const dy = randn([4, 3]);
  const forward = (bn, options) => {
    const x = randn([4, 3]);
    bn.forward(x, options);
    return new WeakRef(x.data);
  };
  const waiting = new BatchNorm1d(3);
  result['before backward'] = await collected(forward(waiting));
  const done = new BatchNorm1d(3);
  const input = forward(done);
  done.backward(dy);
  result['after backward'] = await collected(input);
  const replaced = new BatchNorm1d(3);
  const first = forward(replaced);
  forward(replaced);
  result['after another forward'] = await collected(first);
  result['without grad'] = await collected(forward(new BatchNorm1d(3), { grad: false }));
  const evaluating = new BatchNorm1d(3).eval();
  result['in evaluation'] = await collected(forward(evaluating));
  // The modules are in use until here, so that it is not them that were collected.
  [waiting, done, replaced, evaluating].forEach(String);
  console.log(JSON.stringify(result));
}

main();
