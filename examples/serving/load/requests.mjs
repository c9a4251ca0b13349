import { join } from 'node:path';
import sharp from 'sharp';
import { digitsFolder } from '../../shared/digits.mjs';
import { batches, openImages } from '../../shared/idx.mjs';

const COUNT = 100;

/** What is sent: MNIST's first test digits, each a PNG of 28 x 28. */
export async function digitRequests() {
  const images = await openImages(join(digitsFolder(), 't10k-images-idx3-ubyte'));
  const { rows: height, columns: width } = images;
  try {
    const { value } = await batches(images, COUNT).next();
    const raw = { width, height, channels: 1 };
    const area = width * height;
    return await Promise.all(
      Array.from({ length: COUNT }, async (_, i) => ({
        method: 'POST',
        path: '/classify',
        headers: { 'content-type': 'image/png' },
        body: await sharp(value.pixels.subarray(i * area, (i + 1) * area), { raw })
          .png()
          .toBuffer(),
      })),
    );
  } finally {
    await images.file.close();
  }
}
