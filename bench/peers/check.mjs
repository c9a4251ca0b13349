// node bench/peers/check.mjs: whether the peers that this machine has agree with us.
import { openPeers } from './index.mjs';

const cases = [
  [16, 32],
  [4, 16, 10],
  [4, 16, 6, 5],
  [2, 16, 4, 3, 5],
].flatMap((shape) =>
  ['contiguous', 'channelsLast'].flatMap((memoryFormat) =>
    ['float32', 'float64'].map((dtype) => ({ shape, memoryFormat, dtype })),
  ),
);

for (const peer of await openPeers()) {
  if (peer.missing) {
    console.log(`${peer.name}: ${peer.missing}`);
    continue;
  }
  console.log(`${peer.name} ${peer.version}, threads: ${peer.threads}`);
  for (const one of cases) await check(peer, one);
  await peer.close();
}

async function check(peer, one) {
  const title = `  (${one.shape.join(', ')}) ${one.memoryFormat} ${one.dtype}`.padEnd(42);
  try {
    const passes = await peer.prepare(one);
    const times = [];
    for (const [name, run] of Object.entries(passes)) {
      times.push(`${name} ${(await run(100)).toFixed(4)} ms`);
    }
    const reasons = new Set(Object.values(peer.leftOut));
    console.log(title, [...times, ...reasons].join(', '));
  } catch ({ message }) {
    console.log(title, message);
    process.exitCode = 1;
  }
}
