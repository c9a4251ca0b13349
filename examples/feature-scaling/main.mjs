import { digitsPath } from '../shared/digits.mjs';
import { openImages } from '../shared/idx.mjs';
import { startProgress } from '../shared/progress.mjs';
import { run } from '../shared/run.mjs';
import { printStats } from './command-line.mjs';
import { compare } from './compare.mjs';
import { measure } from './measure.mjs';
import { report } from './report.mjs';

const BATCH_SIZE = 256;

run(async () => {
  const path = digitsPath();
  const images = await openImages(path);
  try {
    printStats(path);
    const pixels = await measure(images, BATCH_SIZE);
    const progress = startProgress(images.count, 'images');
    try {
      const result = await compare(images, BATCH_SIZE, pixels, progress.add);
      progress.stop();
      report(result, images.count);
    } finally {
      progress.stop();
    }
  } finally {
    await images.file.close();
  }
});
