import type Sharp from 'sharp';
import { CommandError, oneLine } from './command-error';

/**
 * Makes libuv's pool large enough to decode as many images at a time: it reads this before its first
 * work, which is the first file that is opened.
 */
export function prepareThreads(images: number): void {
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, images));
}

/** sharp, which decodes images; it is installed by those who need it. */
export async function loadSharp(): Promise<typeof Sharp> {
  try {
    const sharp = (await import('sharp')).default;
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') {
      throw new CommandError(`sharp, which decodes images, does not load: ${oneLine(error)}`);
    }
    throw new CommandError(
      'images are decoded by sharp, which is not installed: npm install sharp ' +
        '(or, without a project: npx -p batchnorm -p sharp batchnorm ...)',
    );
  }
}
