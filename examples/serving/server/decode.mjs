import sharp from 'sharp';
import { errors } from './errors.mjs';

// One thread an image: requests are what runs in parallel. No image comes twice.
sharp.concurrency(1);
sharp.cache(false);
// Of all that libvips reads (SVG, TIFF, PDF, ...) only what is asked for can be reached from outside.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });

/** The most pixels a side that are looked at: a digit that fills a quarter of it still has 28. */
const MOST = 112;

/**
 * The pixels of a JPEG or PNG as grey bytes, its longer side scaled to 112 if it is longer, with its
 * width and height.
 *
 * @param backdrop what shows through where an image is transparent, 'black' or 'white'
 */
export async function decode(bytes, { maxPixels, backdrop }) {
  if (bytes.length === 0) throw new errors.NoImage('it is empty');
  const { width, height } = await readHeader(bytes);
  if (width * height > maxPixels) throw new errors.TooManyPixels(width, height, maxPixels);
  const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', autoOrient: true });
  const { data, info } = await refusing(() =>
    image
      .flatten({ background: backdrop })
      .greyscale()
      .resize(MOST, MOST, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  );
  return { data, width: info.width, height: info.height };
}

/** The header says how large an image is before memory is taken for its pixels. */
function readHeader(bytes) {
  return refusing(() => sharp(bytes, { limitInputPixels: false }).metadata());
}

async function refusing(action) {
  try {
    return await action();
  } catch ({ message }) {
    if (message.includes('unsupported image format')) throw new errors.UnsupportedImage();
    // libvips may add lines about its own stack.
    throw new errors.BrokenImage(message.split('\n')[0]);
  }
}
