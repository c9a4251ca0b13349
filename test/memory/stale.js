// Run with --expose-gc: prints which results show what freed memory held.
const { BatchNorm2d, functional: F, empty, ones, randn, zeros } = require('../..');

const poison = 123456.75;
const pattern = new Uint8Array(Float64Array.of(poison).buffer);

/** Fills freed memory with a pattern that no result holds, in blocks of this size and others. */
function poisonFreedMemory(bytes) {
  for (let round = 0; round < 3; round++) {
    const blocks = [1, 1, 1, 0.5, 2].map((factor) =>
      new Float64Array(Math.ceil((bytes * factor) / 8)).fill(poison),
    );
    blocks.length = 0;
    globalThis.gc();
  }
}

/** Whether the pattern's float64 is there, at any byte. */
function isStale({ data }) {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes(pattern);
}

const stale = [];
for (const dtype of ['float32', 'float64']) {
  for (const shape of [
    [3, 5, 0, 7],
    [3, 5, 2, 3],
    [4, 16, 9, 8],
    [2, 33, 31, 19],
    [8, 16, 64, 64],
    [3, 64, 79, 83],
  ]) {
    for (const memoryFormat of ['contiguous', 'channelsLast']) {
      const x = randn(shape, { dtype }).to({ memoryFormat });
      const dy = randn(shape, { dtype }).to({ memoryFormat });
      const bn = new BatchNorm2d(shape[1], { dtype });
      const fused = new BatchNorm2d(shape[1], { dtype, activation: 'relu' });
      const other = memoryFormat === 'contiguous' ? 'channelsLast' : 'contiguous';
      const statistics = [zeros([shape[1]], { dtype }), ones([shape[1]], { dtype })];
      const results = {
        training: () => bn.train().forward(x),
        backward: () => bn.backward(dy),
        fused: () => fused.forward(x, { residual: dy }),
        'fused backward': () => fused.backward(dy),
        eval: () => bn.eval().forward(x),
        functional: () => F.batchNorm(x, ...statistics),
        clone: () => x.clone(),
        'other format': () => x.to({ memoryFormat: other }),
        'other dtype': () => x.to({ dtype: dtype === 'float32' ? 'float64' : 'float32' }),
        empty: () => empty(shape, { dtype, memoryFormat }),
        zeros: () => zeros(shape, { dtype, memoryFormat }),
      };
      for (const [name, make] of Object.entries(results)) {
        poisonFreedMemory(x.data.byteLength);
        const made = make();
        const tensors = made.data === undefined ? Object.values(made) : [made];
        if (tensors.some(isStale)) stale.push([name, dtype, shape, memoryFormat]);
      }
    }
  }
}

// The same search finds the pattern where nothing was written over it.
let found = false;
for (let attempt = 0; attempt < 20 && !found; attempt++) {
  poisonFreedMemory(1 << 20);
  found = isStale({ data: Buffer.allocUnsafeSlow(1 << 20) });
}
console.log(JSON.stringify({ stale, found }));
