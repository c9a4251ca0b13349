import { BatchNorm1d, BatchNorm2d, functional as F, RunningMoments, tensor } from 'batchnorm';
import { Clock } from '../shared/clock.mjs';
import { batches } from '../shared/idx.mjs';

/** Streams all images through both layers, in training, and returns what came out. */
export async function train(images, batchSize, onBatch) {
  const { rows, columns } = images;
  // one channel, the cumulative average over all batches
  const image = new BatchNorm2d(1, { momentum: null });
  // a channel for each pixel, the exponential average
  const pixel = new BatchNorm1d(rows * columns);
  const exact = new RunningMoments(1);
  const clocks = { image: new Clock(), pixel: new Clock(), copy: new Clock() };

  const input = new Float32Array(batchSize * rows * columns);
  const output = new Float32Array(input.length);
  let last;
  for await (const { count, pixels } of batches(images, batchSize)) {
    // views of the arrays that every batch uses again, for the last batch is smaller
    const x = scale(pixels, input.subarray(0, pixels.length));
    const y = output.subarray(0, pixels.length);
    const asImages = tensor(x, [count, 1, rows, columns]);
    const asPixels = tensor(x, [count, rows * columns]);

    clocks.pixel.time(x.byteLength, () => forward(pixel, asPixels, y));
    clocks.copy.time(x.byteLength, () => y.set(x));
    last = clocks.image.time(x.byteLength, () => forward(image, asImages, y));
    exact.update(asImages);
    onBatch(count);
  }
  return { image, pixel, exact, clocks, normalized: { shape: last.shape, ...F.moments(last) } };
}

/** Bytes to numbers from 0 to 1. */
function scale(pixels, into) {
  for (let i = 0; i < pixels.length; i++) into[i] = pixels[i] / 255;
  return into;
}

/** There is no backward pass here, so nothing is kept for one. */
function forward(layer, x, y) {
  return layer.forward(x, { out: tensor(y, x.shape), grad: false });
}
