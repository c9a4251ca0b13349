// Run with --expose-gc: prints which kept parts of outputs changed while others came and went.
const { functional: F, full, ones, zeros } = require('../..');

const parts = {
  tensor: (t) => t.data,
  data: ({ data }) => data,
  subarray: ({ data }) => data.subarray(100, 200),
  buffer: ({ data }) => new Float32Array(data.buffer),
  'end of the buffer': ({ data }) => new Float32Array(data.buffer, data.byteLength - 64),
  'buffer moved': ({ data }) =>
    new Float32Array(structuredClone(data.buffer, { transfer: [data.buffer] })),
};

const shape = [16, 16, 16, 16];
const statistics = [zeros([16]), ones([16])];
const forward = (value) => F.batchNorm(full(shape, value), ...statistics, { eps: 0 });

const kept = [];
for (let i = 1; i <= 300; i++) {
  for (const [name, part] of Object.entries(parts)) {
    if (i % 10 === 0) kept.push({ name, i, view: part(forward(i)) });
    else forward(-i);
  }
  if (i % 10 === 0) globalThis.gc();
}
const changed = kept.filter(({ i, view }) => view.length === 0 || view.some((v) => v !== i));
console.log(JSON.stringify({ kept: kept.length, changed: changed.map(({ name }) => name) }));
