// Rewrites digests.json, where results were meant to change: `node test/bits/record.cjs` after
// `npm run compile`, on a machine with both targets.
const { execFileSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');

// One target that fuses multiplication and addition, and one that does not.
const [fused, plain] = ['AVX2', 'SSE4'].map((target) => {
  const env = { ...process.env, BATCHNORM_SIMD: target };
  const printed = execFileSync(process.execPath, [join(__dirname, 'digests.cjs')], { env });
  return JSON.parse(printed).digests;
});
const lines = Object.keys(fused).map(
  (name) => `  ${JSON.stringify(name)}: ["${fused[name]}", "${plain[name]}"]`,
);
writeFileSync(join(__dirname, 'digests.json'), `{\n${lines.join(',\n')}\n}\n`);
