import { open } from 'node:fs/promises';

const HEADER_BYTES = 16;
// two zero bytes, 0x08 for unsigned bytes, three dimensions
const MAGIC = 0x00000803;

/** The file of images is missing or is not one. */
export class ImagesError extends Error {}

/** Opens an IDX file of images: 16 bytes of header, then a byte for each pixel. */
export async function openImages(path) {
  const file = await open(path).catch((error) => {
    throw new ImagesError(`Cannot read the images (${error.message}). Does "npm install" help?`);
  });
  try {
    return { file, ...(await readHeader(file, path)) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeader(file, path) {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  if (bytesRead < HEADER_BYTES || buffer.readUInt32BE(0) !== MAGIC) {
    throw new ImagesError(`${path} is not an IDX file of images`);
  }
  const [count, rows, columns] = [4, 8, 12].map((offset) => buffer.readUInt32BE(offset));
  const { size } = await file.stat();
  if (size !== HEADER_BYTES + count * rows * columns) {
    throw new ImagesError(
      `${path} should hold ${count} images of ${rows} x ${columns}, but is cut off`,
    );
  }
  return { count, rows, columns };
}

/**
 * The images, `size` at a time, as `{ count, pixels }`; the last batch may be smaller.
 * `pixels` is used again for the next batch.
 */
export async function* batches({ file, count, rows, columns }, size) {
  const imageBytes = rows * columns;
  const buffer = Buffer.alloc(size * imageBytes);
  for (let first = 0; first < count; first += size) {
    const images = Math.min(size, count - first);
    const bytes = images * imageBytes;
    await fill(file, buffer, bytes, HEADER_BYTES + first * imageBytes);
    yield { count: images, pixels: buffer.subarray(0, bytes) };
  }
}

/** Reads `bytes` bytes from `position` on; one read may give fewer than it is asked for. */
async function fill(file, buffer, bytes, position) {
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, position + filled);
    if (bytesRead === 0) throw new ImagesError('The images end before their header says');
    filled += bytesRead;
  }
}
