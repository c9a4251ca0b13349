import { empty, transforms } from 'batchnorm';

const { mean, std } = transforms.IMAGENET;

/** Bytes that do not repeat within an image. */
export function pixelNoise(length) {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    // Numerical Recipes' generator, of which the upper bits are random enough.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/**
 * What a server would write by hand: a constant factor and term a channel, one loop, each plane and
 * the pixels walked in the order of memory.
 */
export function toPlanes(pixels, out) {
  const [r, g, b] = std.map((s) => 1 / (255 * s));
  const [r0, g0, b0] = mean.map((m, c) => -m / std[c]);
  const count = pixels.length / 3;
  for (let i = 0, p = 0; i < count; i++, p += 3) {
    out[i] = pixels[p] * r + r0;
    out[i + count] = pixels[p + 1] * g + g0;
    out[i + 2 * count] = pixels[p + 2] * b + b0;
  }
}

function inPixels(pixels, out) {
  const [r, g, b] = std.map((s) => 1 / (255 * s));
  const [r0, g0, b0] = mean.map((m, c) => -m / std[c]);
  for (let p = 0; p < pixels.length; p += 3) {
    out[p] = pixels[p] * r + r0;
    out[p + 1] = pixels[p + 1] * g + g0;
    out[p + 2] = pixels[p + 2] * b + b0;
  }
}

/** transforms.Normalize, a JavaScript loop that does the same, and copying their output. */
export function pixelPasses({ shape, to }) {
  const [n, height, width, channels] = shape;
  const data = pixelNoise(n * height * width * channels);
  const normalize = new transforms.Normalize(mean, std);
  const sizes = to === 'CHW' ? [n, channels, height, width] : shape;
  const out = empty(sizes);
  const other = empty(sizes);
  const options = { from: 'HWC', to, out };
  const loop = to === 'CHW' ? toPlanes : inPixels;
  const area = height * width * channels;
  const images = Array.from({ length: n }, (_, i) => [
    data.subarray(i * area, (i + 1) * area),
    other.data.subarray(i * area, (i + 1) * area),
  ]);
  return {
    copy: () => other.data.set(out.data),
    normalize: () => normalize.forward({ data, shape }, options),
    loop: () => {
      for (const [pixels, result] of images) loop(pixels, result);
    },
  };
}
