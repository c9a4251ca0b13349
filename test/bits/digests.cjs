// Prints a digest of the bits of each case, computed by dist/ with as many threads as it is told, on the
// SIMD target that BATCHNORM_SIMD names.
const { createHash } = require('node:crypto');
const { info, setNumThreads } = require('../..');
const { cases } = require('./cases.cjs');

function digestOf(results) {
  const hash = createHash('sha256');
  for (const result of results) {
    const data = result.data ?? result;
    hash.update(`${result.memoryFormat ?? ''} ${result.shape ?? data.length}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex').slice(0, 12);
}

setNumThreads(Number(process.argv[2] ?? 1));
const digests = Object.fromEntries(cases().map(([name, call]) => [name, digestOf(call())]));
console.log(JSON.stringify({ target: info().simdTarget, digests }));
