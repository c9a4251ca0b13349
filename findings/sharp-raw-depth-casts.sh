#!/bin/sh
# sharp's raw({ depth }) casts: the range of the values stays that of the image's colour space.
#
# Seen with sharp 0.35.5: white of an ordinary 8-bit image is 255 in 'ushort' and in 'float' too, 0.4 % of the
# range that `info.depth` names, and 65535 only after toColourspace('rgb16'). A 16-bit PNG decodes to bytes unless
# toColourspace('rgb16') is asked for, and raw({ depth: 'ushort' }) alone then gives these bytes, two to a value.
# Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent sharp@0.35.5
node - <<'NODE'
const assert = require('node:assert/strict');
const sharp = require('sharp');

const types = { uchar: Uint8Array, ushort: Uint16Array, float: Float32Array };
async function first(image, depth) {
  const raw = depth === undefined ? image.raw() : image.raw({ depth });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  return [info.depth, new types[info.depth](data.buffer, data.byteOffset, 1)[0]];
}

async function main() {
  console.log('sharp', sharp.versions.sharp);
  const white = { create: { width: 2, height: 2, channels: 3, background: '#fff' } };
  const eight = await sharp(white).png().toBuffer();
  const sixteen = await sharp(white).toColourspace('rgb16').png().toBuffer();
  assert.equal((await sharp(sixteen).metadata()).depth, 'ushort');
  const seen = {
    "8 bits, raw({ depth: 'ushort' })": await first(sharp(eight), 'ushort'),
    "8 bits, raw({ depth: 'float' })": await first(sharp(eight), 'float'),
    "8 bits, toColourspace('rgb16'), 'ushort'": await first(sharp(eight).toColourspace('rgb16'), 'ushort'),
    '16 bits, raw()': await first(sharp(sixteen)),
    "16 bits, raw({ depth: 'ushort' })": await first(sharp(sixteen), 'ushort'),
    "16 bits, toColourspace('rgb16'), 'ushort'": await first(sharp(sixteen).toColourspace('rgb16'), 'ushort'),
  };
  for (const [how, [depth, value]] of Object.entries(seen)) console.log(`${how}: ${depth} ${value}`);
  const values = Object.values(seen).map(([, value]) => value);
  assert.deepEqual(values, [255, 255, 65535, 255, 255, 65535]);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
NODE
