import { digitsPath } from '../shared/digits.mjs';
import { openImages } from '../shared/idx.mjs';
import { startProgress } from '../shared/progress.mjs';
import { run } from '../shared/run.mjs';
import { report } from './report.mjs';
import { train } from './train.mjs';

const BATCH_SIZE = 256;

run(async () => {
  const images = await openImages(digitsPath());
  const { count, rows, columns } = images;
  console.log(`${count} images of ${rows} x ${columns}, in batches of ${BATCH_SIZE}`);
  const progress = startProgress(count, 'images');
  try {
    const result = await train(images, BATCH_SIZE, progress.add);
    progress.stop();
    report(result, images);
  } finally {
    progress.stop();
    await images.file.close();
  }
});
