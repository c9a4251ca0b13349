// Starts calls as its arguments say, and prints what happens.
const { createHook } = require('node:async_hooks');
const { stat } = require('node:fs');
const { join } = require('node:path');
const { resolve } = require('node-gyp-build');
const { abort, numThreads, setNumThreads, start } = require(resolve(join(__dirname, '../..')));

const [, , what, threads] = process.argv;
setNumThreads(Number(threads));

/** Turns that were queued, those whose end was seen, and the most between the two. */
const turns = { queued: 0, most: 0 };
const pending = new Set();
createHook({
  init(id, type) {
    if (type !== 'batchnorm') return;
    turns.queued++;
    pending.add(id);
    turns.most = Math.max(turns.most, pending.size);
  },
  before: (id) => pending.delete(id),
}).enable();

const events = [];
const print = () => console.log(JSON.stringify({ events, turns, threads: numThreads() }));

const [c, s] = [64, 4096];
const parameter = new Float32Array(c).fill(1);
/** Normalizes so many samples of a megabyte each. */
function normalize(n, done) {
  const x = new Float32Array(n * c * s).fill(1);
  const parameters = [null, null, parameter, parameter, 1e-5, null, 0, 0, null];
  return start('batchNormEval', [x, x, n, c, s, false, ...parameters], done);
}

const note = (event) => (status) => events.push(`${event} ${status ?? 0}`);
const cases = {
  // The file's turn comes while the call is not done.
  long() {
    normalize(64, note('call'));
    stat(__filename, note('file'));
  },
  short() {
    normalize(1, note('call'));
    stat(__filename, note('file'));
  },
  many() {
    for (let i = 0; i < 12; i++) normalize(8, note('call'));
  },
  // Those that run, and those that wait for others' end.
  aborted() {
    const ids = Array.from({ length: 12 }, () => normalize(8, note('call')));
    for (const id of ids) abort(id);
    events.push('aborted');
  },
  late() {
    const id = normalize(64, note('call'));
    stat(__filename, () => {
      events.push('aborted');
      abort(id);
    });
  },
  throws() {
    process.on('uncaughtException', ({ message }) => events.push(message));
    for (let i = 0; i < 6; i++) {
      normalize(4, () => {
        throw new Error('mine');
      });
    }
  },
  // done starts the next call, and aborts itself and what waits.
  again() {
    let left = 30;
    let id = 0;
    const next = (status) => {
      events.push(status);
      abort(id);
      if (left-- > 0) id = normalize(left % 4 === 0 ? 8 : 1, next);
    };
    id = normalize(1, next);
  },
  // With --expose-gc: how many of the arrays and functions are still held after 10,000 calls.
  async collected() {
    const held = [];
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => {
        let left = 1000;
        const x = new Float32Array(4).fill(1);
        for (let j = 0; j < 1000; j++) {
          const one = x.slice(0, 1);
          const parameters = [null, null, one, one, 1e-5, null, 0, 0, null];
          const done = () => --left || resolve();
          const id = start('batchNormEval', [one, one, 1, 1, 1, false, ...parameters], done);
          if (j % 10 === 0) abort(id);
          if (start('batchNormEval', [one, one, 2, 1, 1, false, ...parameters], done) > 0) return;
          held.push(new WeakRef(one), new WeakRef(done));
        }
      });
    }
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    events.push(held.length, held.filter((ref) => ref.deref() !== undefined).length);
  },
  exits() {
    for (let i = 0; i < 12; i++) normalize(16, note('call'));
    stat(__filename, () => process.exit(7));
  },
};

// Nothing but the calls keeps the process alive.
cases[what]();
process.on('exit', print);
