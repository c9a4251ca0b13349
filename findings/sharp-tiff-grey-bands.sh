#!/bin/sh
# sharp and a TIFF of several bands of which the first is grey (photometric MinIsBlack), as instruments and
# satellites write them. The metadata tells of them, decoding does not give them.
#
# Seen with sharp 0.35.5, bands 10, 20, 30 of 4 x 4 pixels: metadata() says 3 channels, raw() gives 5 (10, 10,
# 10, 20, 30: the first as red, green and blue, before the others), and removeAlpha() leaves 3 that are all the first.
# Nothing warns. Exits non-zero if that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund sharp@0.35.5
cat > bands.mjs <<'JAVASCRIPT'
import assert from 'node:assert/strict';
import sharp from 'sharp';

const raw = { raw: { width: 4, height: 4, channels: 1 } };
const [first, ...others] = [10, 20, 30].map((value) => Buffer.alloc(16, value));
const tiff = await sharp(first, raw)
  .joinChannel(others, raw)
  .toColourspace('b-w')
  .tiff({ compression: 'none' })
  .toBuffer();
const { space, channels, hasAlpha } = await sharp(tiff).metadata();
const pixel = async (image) => {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray(0, info.channels)];
};
const decoded = await pixel(sharp(tiff));
const withoutAlpha = await pixel(sharp(tiff).removeAlpha());
console.log('sharp', sharp.versions.sharp, 'libvips', sharp.versions.vips);
console.log('metadata', { space, channels, hasAlpha });
console.log('a pixel of raw():', decoded, 'of removeAlpha().raw():', withoutAlpha);
assert.deepEqual([space, channels, hasAlpha], ['b-w', 3, true]);
assert.deepEqual(decoded, [10, 10, 10, 20, 30]);
assert.deepEqual(withoutAlpha, [10, 10, 10]);
JAVASCRIPT
node bands.mjs
