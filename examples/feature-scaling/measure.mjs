import { RunningMoments } from 'batchnorm';
import { batches } from '../shared/idx.mjs';

/** The same in a program: the moments of all pixels, which become 0 to 1. */
export async function measure(images, batchSize) {
  const { rows, columns } = images;
  const moments = new RunningMoments(1);
  for await (const { count, pixels } of batches(images, batchSize)) {
    moments.update({ data: pixels, shape: [count, 1, rows, columns] }, { scale: 1 / 255 });
  }
  return moments;
}
