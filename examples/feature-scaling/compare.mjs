import { RunningMoments, tensor, transforms } from 'batchnorm';
import { Clock } from '../shared/clock.mjs';
import { batches } from '../shared/idx.mjs';
import { scaleByHand } from './by-hand.mjs';

/** Scales all images twice, by transforms.Normalize and by a loop, and looks at what comes out. */
export async function compare(images, batchSize, pixels, onBatch) {
  const { rows, columns } = images;
  const normalize = new transforms.Normalize(pixels.mean, pixels.std);
  const scaled = new RunningMoments(1);
  const clocks = { normalize: new Clock(), loop: new Clock() };
  // Every batch uses them again.
  const output = new Float32Array(batchSize * rows * columns);
  const other = new Float32Array(output.length);
  let farthest = 0;
  for await (const { count, pixels: data } of batches(images, batchSize)) {
    const shape = [count, 1, rows, columns];
    const y = tensor(output.subarray(0, data.length), shape);
    const byHand = other.subarray(0, data.length);
    clocks.normalize.time(y.data.byteLength, () => normalize.forward({ data, shape }, { out: y }));
    clocks.loop.time(y.data.byteLength, () => scaleByHand(data, byHand, normalize));
    for (let i = 0; i < byHand.length; i++) {
      farthest = Math.max(farthest, Math.abs(byHand[i] - y.data[i]));
    }
    scaled.update(y);
    onBatch(count);
  }
  return { normalize, pixels, scaled, clocks, farthest };
}
