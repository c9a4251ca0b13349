// Run with --expose-gc: prints how far memory rises, in bytes, while outputs come and go.
const { setImmediate: later } = require('node:timers/promises');
const { functional: F, ones, randn, zeros } = require('../..');

const sizes = { '256 KB': [1, 64, 32, 32], '8 MB': [32, 64, 32, 32], '40 MB': [160, 64, 32, 32] };
const statistics = [zeros([64]), ones([64])];

function bytes() {
  globalThis.gc();
  globalThis.gc();
  const { external, arrayBuffers } = process.memoryUsage();
  return { external, arrayBuffers };
}

async function rise(shape, count, waits) {
  const x = randn(shape);
  const before = bytes();
  const start = process.memoryUsage.rss();
  let peak = 0;
  for (let i = 0; i < count; i++) {
    F.batchNorm(x, ...statistics);
    if (waits) await later();
    if (i % 50 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }
  const after = bytes();
  return {
    rss: Math.max(peak, process.memoryUsage.rss()) - start,
    external: after.external - before.external,
    arrayBuffers: after.arrayBuffers - before.arrayBuffers,
  };
}

async function main() {
  const result = {};
  for (const [name, shape] of Object.entries(sizes)) {
    const count = { '256 KB': 10_000, '8 MB': 500, '40 MB': 60 }[name];
    result[`${name}, synchronous`] = await rise(shape, count, false);
    result[`${name}, asynchronous`] = await rise(shape, count, true);
  }
  console.log(JSON.stringify(result));
}

main();
